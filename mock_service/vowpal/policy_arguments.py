"""Learning-policy text: which words of Vowpal Wabbit's command line may pass.

A learning policy is a command line, and much of that command line reads and writes files. So only
options of `POLICY_OPTIONS` pass, each with a value of its kind, and what reaches Vowpal Wabbit is
written anew from what was understood.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from mock_service.errors import LearningPolicyInvalid
from mock_service.vowpal.crossings import check_crossings
from mock_service.vowpal.option_values import ValueKind
from mock_service.vowpal.policy_options import (
    MAX_BITS,
    MODEL_OPTIONS,
    MULTI_SLOT,
    POLICY_OPTIONS,
    REPEATABLE,
    SAME,
    SINGLE_SLOT,
)

_MAX_POLICY_LENGTH = 2000
_WITHOUT_MEANING = frozenset({"--dsjson"})
_EXPLORATIONS = frozenset(
    {"--softmax", "--squarecb", "--regcb", "--regcbopt", "--cover", "--bag", "--rnd", "--first"}
)
_ALL_OPTIONS = POLICY_OPTIONS | MODEL_OPTIONS
_IN_WORDS = "exploration, learning-rate, interaction, regularisation or hashing options"


class PolicyOption(NamedTuple):
    """An option of a policy and its value, which is empty where it takes none."""

    name: str
    value: str

    @property
    def text(self) -> str:
        """The option as Vowpal Wabbit should read it."""
        return f"{self.name} {self.value}" if self.value else self.name


def check_policy_text(text: str) -> None:
    """Accept a safe learning policy.

    Raises:
        LearningPolicyInvalid: the text is too long, holds an option that is not on the list, a
            value of the wrong kind, or no contextual bandit.
    """
    if len(text) > _MAX_POLICY_LENGTH:
        raise LearningPolicyInvalid(
            f"a learning policy may have {_MAX_POLICY_LENGTH} characters, and this has {len(text)}"
        )
    if not text.isascii() or not text.isprintable():
        raise LearningPolicyInvalid("a learning policy is printable ASCII text")
    options = parse_options(text)
    if not {option.name for option in options} & {SINGLE_SLOT, MULTI_SLOT}:
        raise LearningPolicyInvalid(
            "The learning policy must contain --cb_explore_adf or --ccb_explore_adf."
        )


def check_model_options(text: str, bits: int) -> None:
    """Accept the options that a model file brings along.

    Raises:
        LearningPolicyInvalid: one is neither a policy's nor one that Vowpal Wabbit adds by itself,
            has a value of the wrong kind, or the model has too many weights.
    """
    if not 1 <= bits <= MAX_BITS:
        raise LearningPolicyInvalid(f"a model may have 1 to {MAX_BITS} bits, and this has {bits}")
    parse_model_options(text)


def to_vw_arguments(text: str) -> str:
    """Return a policy as Vowpal Wabbit should see it, written anew from its options.

    The service's published examples carry ``--dsjson``, which names an input format of its own
    logs; here the examples come from elsewhere.

    Raises:
        LearningPolicyInvalid: an option is not on the list, or its value is of the wrong kind.
    """
    options = parse_options(text)
    return " ".join(option.text for option in options if option.name not in _WITHOUT_MEANING)


@lru_cache(maxsize=64)
def is_multi_slot(text: str) -> bool:
    """Say whether a policy is for multi-slot ranks: the two kinds exclude each other."""
    return MULTI_SLOT in text.split()


@lru_cache(maxsize=64)
def is_plain_epsilon_greedy(text: str) -> bool:
    """Say whether a policy explores as the service's own: with an epsilon and nothing else."""
    return not {word.partition("=")[0] for word in text.split()} & _EXPLORATIONS


def parse_options(
    text: str, allowed: dict[str, ValueKind | None] = POLICY_OPTIONS
) -> tuple[PolicyOption, ...]:
    """Return the options of a policy's text, in order.

    Raises:
        LearningPolicyInvalid: an option is not `allowed`, its value is of the wrong kind, or two
            of its values contradict each other.
    """
    words = _split(text)
    options = []
    while words:
        options.append(_take_option(words, allowed))
    _check_repeated(options)
    check_crossings(options)
    return tuple(options)


def parse_model_options(text: str) -> tuple[PolicyOption, ...]:
    """Return the options in a model file's header, in order.

    Raises:
        LearningPolicyInvalid: one is neither a policy's nor one that Vowpal Wabbit adds by itself,
            or its value is of the wrong kind.
    """
    return parse_options(text, _ALL_OPTIONS)


def _split(text: str) -> list[str]:
    """Return the words of `text`; quotes and escapes, which Vowpal Wabbit reads, have no use."""
    if found := set(text) & set("\"'\\"):
        raise LearningPolicyInvalid(f"a learning policy may not contain {min(found)}")
    return text.split()


def _take_option(words: list[str], allowed: dict[str, ValueKind | None]) -> PolicyOption:
    """Take one option and its value off the front of `words`."""
    word = words.pop(0)
    name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
    if name not in allowed:
        raise LearningPolicyInvalid(_not_an_option(name, allowed))
    kind = allowed[name]
    if kind is None:
        if equals:
            raise LearningPolicyInvalid(f"{name} takes no value, got {value!r}")
        return PolicyOption(name, "")
    if not equals:
        value = words.pop(0) if words else ""
    if not kind.accepts(value):
        got = repr(value) if value else "nothing"
        raise LearningPolicyInvalid(f"{name}: expected {kind.expected}, got {got}")
    return PolicyOption(name, value)


def _not_an_option(word: str, allowed: Iterable[str]) -> str:
    """Return what is wrong with a word that stands where an option belongs."""
    short = word[:2]
    if short in allowed and not word.startswith("--"):
        return f"{word!r}: write '{short} {word[2:]}', an option and its value apart"
    return f"{word!r} is not an option a learning policy may have: expected {_IN_WORDS}"


def _check_repeated(options: Sequence[PolicyOption]) -> None:
    """Refuse an option with two values, of which Vowpal Wabbit would take one without a word."""
    values: dict[str, str] = {}
    for name, value in options:
        known = values.setdefault(SAME.get(name, name), value)
        if known != value and name not in REPEATABLE:
            raise LearningPolicyInvalid(f"{name} is given twice, as {known!r} and as {value!r}")
