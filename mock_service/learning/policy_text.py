"""Learning-policy text: which words of Vowpal Wabbit's command line may pass.

A learning policy is a command line, and much of that command line reads and writes files. So only
options on the list below pass, each with a value of the shape the list says.
"""

import re
from functools import lru_cache

from mock_service.errors import LearningPolicyInvalid

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_WORD = re.compile(r"[^/]{1,200}")
_LONGEST_POLICY = 2000
_WITHOUT_MEANING = frozenset({"--dsjson"})
SINGLE_SLOT = "--cb_explore_adf"
MULTI_SLOT = "--ccb_explore_adf"
MOST_BITS = 24
"""A model of 24 bits takes 256 MB; Vowpal Wabbit's own choice is 18."""


def check_policy_text(text: str) -> None:
    """Accept a safe learning policy.

    Raises:
        LearningPolicyInvalid: the text is too long, holds an option that is not on the list, a
            value of the wrong shape, or no contextual bandit.
    """
    if len(text) > _LONGEST_POLICY:
        raise LearningPolicyInvalid(
            f"a learning policy may have {_LONGEST_POLICY} characters, and this has {len(text)}"
        )
    if not text.isascii() or not text.isprintable():
        raise LearningPolicyInvalid("a learning policy is printable ASCII text")
    if not _options(text, POLICY_OPTIONS) & {SINGLE_SLOT, MULTI_SLOT}:
        raise LearningPolicyInvalid(
            "The learning policy must contain --cb_explore_adf or --ccb_explore_adf."
        )


def check_model_options(text: str, bits: int) -> None:
    """Accept the options that a model file brings along.

    Raises:
        LearningPolicyInvalid: one is neither a policy's nor one that Vowpal Wabbit adds by itself,
            or the model has too many weights.
    """
    if not 1 <= bits <= MOST_BITS:
        raise LearningPolicyInvalid(f"a model may have 1 to {MOST_BITS} bits, and this has {bits}")
    _options(text, POLICY_OPTIONS | MODEL_OPTIONS)


def vowpal_arguments(text: str) -> str:
    """Return a safe policy as Vowpal Wabbit should see it.

    The service's published examples carry ``--dsjson``, which names an input format of its own
    logs; here the examples come from elsewhere.
    """
    return " ".join(word for word in text.split() if word not in _WITHOUT_MEANING)


@lru_cache(maxsize=64)
def is_multi_slot(text: str) -> bool:
    """Say whether a policy is for multi-slot ranks: the two kinds exclude each other."""
    return MULTI_SLOT in text.split()


def _options(text: str, allowed: dict[str, re.Pattern[str] | None]) -> set[str]:
    """Return the names of all options in `text`, every one of them allowed."""
    words = _split(text)
    seen = set()
    while words:
        seen.add(_take_option(words, allowed))
    return seen


def _split(text: str) -> list[str]:
    """Return the words of `text`; quotes and escapes, which Vowpal Wabbit reads, have no use."""
    if found := set(text) & set("\"'\\"):
        raise LearningPolicyInvalid(f"a learning policy may not contain {min(found)}")
    return [part for word in text.split() for part in _parts(word)]


def _parts(word: str) -> list[str]:
    """Split ``--name=value`` into its two words."""
    name, equals, value = word.partition("=")
    return [name, value] if word.startswith("--") and equals else [word]


def _take_option(words: list[str], allowed: dict[str, re.Pattern[str] | None]) -> str:
    """Take one option and its value off the front of `words`, and return the option."""
    option = words.pop(0)
    if option not in allowed:
        raise LearningPolicyInvalid(
            f"{option!r} is not an option a learning policy may have: expected exploration, "
            "learning-rate, interaction, regularisation or hashing options"
        )
    shape = allowed[option]
    if shape is None:
        return option
    value = words.pop(0) if words else ""
    if not shape.fullmatch(value):
        raise LearningPolicyInvalid(f"{option} cannot be {value!r}")
    return option


_SMALL = re.compile(r"([1-9]|1\d|2[0-4])")
_COUNT = re.compile(r"\d{1,3}")
_SEED = re.compile(r"\d{1,20}")  # Vowpal Wabbit draws one for multi-slot models and keeps it
_CB_TYPE = re.compile(r"ips|dm|dr|mtr|sm")
_HASH = re.compile(r"strings|all")
_TWO, _THREE, _UP_TO_FOUR = (re.compile(rf"[!-~]{{{count}}}") for count in ("2", "3", "2,4"))
_LDF = re.compile(r"multiline")

POLICY_OPTIONS: dict[str, re.Pattern[str] | None] = {
    SINGLE_SLOT: None,
    MULTI_SLOT: None,
    "--dsjson": None,
    "--cb_type": _CB_TYPE,
    "--epsilon": _NUMBER,
    "--first_only": None,
    "--softmax": None,
    "--lambda": _NUMBER,
    "--squarecb": None,
    "--gamma_scale": _NUMBER,
    "--gamma_exponent": _NUMBER,
    "--elim": None,
    "--mellowness": _NUMBER,
    "--cb_min_cost": _NUMBER,
    "--cb_max_cost": _NUMBER,
    "--regcb": None,
    "--regcbopt": None,
    "--cover": _SMALL,
    "--psi": _NUMBER,
    "--nounif": None,
    "--bag": _SMALL,
    "--greedify": None,
    "--rnd": _SMALL,
    "--rnd_alpha": _NUMBER,
    "--rnd_invlambda": _NUMBER,
    "--first": _COUNT,
    "--clip_p": _NUMBER,
    "-l": _NUMBER,
    "--learning_rate": _NUMBER,
    "--power_t": _NUMBER,
    "--initial_t": _NUMBER,
    "--decay_learning_rate": _NUMBER,
    "--l1": _NUMBER,
    "--l2": _NUMBER,
    "-q": _TWO,
    "--quadratic": _TWO,
    "--cubic": _THREE,
    "--interactions": _UP_TO_FOUR,
    "--noconstant": None,
    "--constant": _NUMBER,
    "-C": _NUMBER,
    "--ignore": _WORD,
    "--ignore_linear": _WORD,
    "--keep": _WORD,
    "--marginal": _WORD,
    "--initial_denominator": _NUMBER,
    "--initial_numerator": _NUMBER,
    "--decay": _NUMBER,
    "--leave_duplicate_interactions": None,
    "-b": _SMALL,
    "--bit_precision": _SMALL,
    "--hash": _HASH,
    "--hash_seed": _COUNT,
    "--random_seed": _SEED,
    "--coin": None,
    "--adaptive": None,
    "--invariant": None,
    "--normalized": None,
    "--sgd": None,
    "--adax": None,
}
MODEL_OPTIONS: dict[str, re.Pattern[str] | None] = {
    "--cb_adf": None,
    "--cb_sample": None,
    "--csoaa_ldf": _LDF,
    "--csoaa_rank": None,
}
"""What Vowpal Wabbit itself writes into a model beside the policy's own options."""
