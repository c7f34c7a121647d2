"""Every option that a learning policy may have, with the kind of its value; None takes no value."""

from mock_service.vowpal.option_values import (
    Choice,
    Integer,
    NamespaceList,
    Namespaces,
    Number,
    ValueKind,
)

SINGLE_SLOT = "--cb_explore_adf"
MULTI_SLOT = "--ccb_explore_adf"
MAX_BITS = 24
"""A model of 24 bits takes 256 MB; Vowpal Wabbit's own choice is 18."""

_SHARE = Number(0, 1)
_AMOUNT = Number(0, 1e9)
_ANY = Number(-1e9, 1e9)
_RATE = Number(0, 1e6)
_MODELS = Integer(1, 24)
_COUNT = Integer(0, 999)
_BITS = Integer(1, MAX_BITS)
_PAIR = Namespaces(2, 2, "Fj")
_LIST = NamespaceList()

POLICY_OPTIONS: dict[str, ValueKind | None] = {
    SINGLE_SLOT: None,
    MULTI_SLOT: None,
    "--dsjson": None,
    "--cb_type": Choice(("mtr", "ips", "dr", "dm", "sm")),
    "--epsilon": _SHARE,
    "--first_only": None,
    "--softmax": None,
    "--lambda": _AMOUNT,
    "--squarecb": None,
    "--gamma_scale": _AMOUNT,
    "--gamma_exponent": Number(0, 100),
    "--elim": None,
    "--mellowness": _AMOUNT,
    "--cb_min_cost": _ANY,
    "--cb_max_cost": _ANY,
    "--regcb": None,
    "--regcbopt": None,
    "--cover": _MODELS,
    "--psi": _AMOUNT,
    "--nounif": None,
    "--bag": _MODELS,
    "--greedify": None,
    "--rnd": _MODELS,
    "--rnd_alpha": _AMOUNT,
    "--rnd_invlambda": _AMOUNT,
    "--first": _COUNT,
    "--clip_p": _SHARE,
    "-l": _RATE,
    "--learning_rate": _RATE,
    "--power_t": Number(-10, 10),
    "--initial_t": _AMOUNT,
    "--decay_learning_rate": _AMOUNT,
    "--l1": _AMOUNT,
    "--l2": _AMOUNT,
    "-q": _PAIR,
    "--quadratic": _PAIR,
    "--cubic": Namespaces(3, 3, "FFj"),
    "--interactions": Namespaces(2, 4, "Fj"),
    "--noconstant": None,
    "--constant": _ANY,
    "-C": _ANY,
    "--ignore": _LIST,
    "--ignore_linear": _LIST,
    "--keep": _LIST,
    "--marginal": _LIST,
    "--initial_denominator": _AMOUNT,
    "--initial_numerator": _AMOUNT,
    "--decay": _AMOUNT,
    "--leave_duplicate_interactions": None,
    "-b": _BITS,
    "--bit_precision": _BITS,
    "--hash": Choice(("strings", "all")),
    "--hash_seed": _COUNT,
    # Vowpal Wabbit draws a seed for multi-slot models and keeps it in them
    "--random_seed": Integer(0, 2**64 - 1),
    "--coin": None,
    "--adaptive": None,
    "--invariant": None,
    "--normalized": None,
    "--sgd": None,
    "--adax": None,
}
MODEL_OPTIONS: dict[str, ValueKind | None] = {
    "--cb_adf": None,
    "--cb_sample": None,
    "--csoaa_ldf": Choice(("multiline",)),
    "--csoaa_rank": None,
}
"""What Vowpal Wabbit itself writes into a model beside the policy's own options."""

REPEATABLE = frozenset(
    {"-q", "--quadratic", "--cubic", "--interactions", "--ignore", "--ignore_linear", "--keep"}
)
"""Options that add up; any other may be given again with the same value only."""

SAME = {"-l": "--learning_rate", "-b": "--bit_precision", "-C": "--constant"}
"""Short names of options that have a long one, too."""
