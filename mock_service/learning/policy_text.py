"""Learning-policy text: which words of Vowpal Wabbit's command line may pass.

A learning policy is a command line, and much of that command line reads and writes files. So only
options on the list below pass, each with a value of the shape the list says.
"""

import re
import shlex

from mock_service.errors import LearningPolicyInvalid

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_WORD = re.compile(r"[^\s/\\]{1,200}")
_LONGEST_POLICY = 2000


def check_policy_text(text: str) -> None:
    """Accept a safe learning policy.

    Raises:
        LearningPolicyInvalid: the text is too long, holds an option that is not on the list, a
            value of the wrong shape, or no --cb_explore_adf.
    """
    if len(text) > _LONGEST_POLICY:
        raise LearningPolicyInvalid(
            f"a learning policy may have {_LONGEST_POLICY} characters, and this has {len(text)}"
        )
    words = _split(text)
    seen = set()
    while words:
        seen.add(_take_option(words))
    if "--cb_explore_adf" not in seen:
        raise LearningPolicyInvalid("The learning policy must contain --cb_explore_adf or --cats.")


def _split(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise LearningPolicyInvalid(f"the learning policy cannot be read: {error}") from error
    return [part for word in words for part in _parts(word)]


def _parts(word: str) -> list[str]:
    """Split ``--name=value`` into its two words."""
    name, equals, value = word.partition("=")
    return [name, value] if word.startswith("--") and equals else [word]


def _take_option(words: list[str]) -> str:
    """Take one option and its value off the front of `words`, and return the option."""
    option = words.pop(0)
    if option not in _OPTIONS:
        raise LearningPolicyInvalid(
            f"{option!r} is not an option a learning policy may have: expected exploration, "
            "learning-rate, interaction, regularisation or hashing options"
        )
    shape = _OPTIONS[option]
    if shape is None:
        return option
    value = words.pop(0) if words else ""
    if not shape.fullmatch(value):
        raise LearningPolicyInvalid(f"{option} cannot be {value!r}")
    return option


_SMALL = re.compile(r"([1-9]|1\d|2[0-4])")
_COUNT = re.compile(r"\d{1,3}")
_CB_TYPE = re.compile(r"ips|dm|dr|mtr|sm")
_HASH = re.compile(r"strings|all")

_OPTIONS: dict[str, re.Pattern[str] | None] = {
    "--cb_explore_adf": None,
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
    "-q": _WORD,
    "--quadratic": _WORD,
    "--cubic": _WORD,
    "--interactions": _WORD,
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
    "--random_seed": _COUNT,
    "--coin": None,
    "--adaptive": None,
    "--invariant": None,
    "--normalized": None,
    "--sgd": None,
    "--adax": None,
    "--cb_dim_red": None,
}
