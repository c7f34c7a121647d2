"""Learning policies by name: the presets."""

import re
from dataclasses import dataclass

from mock_service.errors import LearningPolicyInvalid
from mock_service.vowpal.policy_arguments import check_policy_text
from mock_service.vowpal.policy_options import MULTI_SLOT, SINGLE_SLOT


@dataclass(frozen=True, slots=True)
class Preset:
    """A learning policy with a name."""

    arguments: str
    about: str


def resolve_policy(policy: str) -> str:
    """Return the Vowpal Wabbit arguments of a preset's name, or of a text that is safe to use.

    Raises:
        LearningPolicyInvalid: neither a preset nor a safe list of known options.
    """
    if policy in PRESETS:
        return PRESETS[policy].arguments
    if policy.startswith("python:"):
        raise LearningPolicyInvalid(
            f"{policy!r} is a policy in Python, which simulate, compare and evaluate take, for "
            "pages of one slot: a server takes presets and Vowpal Wabbit arguments"
        )
    if "-" not in policy:
        known = ", ".join(PRESETS)
        raise LearningPolicyInvalid(
            f"{policy!r} is no learning policy: expected one of {known}, or Vowpal Wabbit "
            "arguments with --cb_explore_adf"
        )
    check_policy_text(policy)
    return policy


_EPSILON = re.compile(r"(?<!\S)(--epsilon[= ]\s*)(\S+)")
_SINGLE_SLOT = re.compile(rf"(?<!\S){SINGLE_SLOT}(?!\S)")
"""Whole words: a namespace may be called like an option, and its list is not one."""


def find_epsilon(arguments: str) -> float | None:
    """Return the epsilon that a safe policy's arguments hold, if any."""
    written = _EPSILON.search(arguments)
    return float(written[2]) if written else None


def with_exploration(arguments: str, exploration: float) -> str:
    """Return the arguments with `exploration` as their epsilon, if they have an epsilon at all."""
    return _EPSILON.sub(rf"\g<1>{exploration!r}", arguments)


def as_multi_slot(arguments: str) -> str:
    """Return the arguments as those of a policy for multi-slot ranks, which learns alike."""
    return _SINGLE_SLOT.sub(MULTI_SLOT, arguments)


_AZURE = "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::"
_QUICK = "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"

PRESETS: dict[str, Preset] = {
    "quick": Preset(_QUICK, "learns within hundreds of events: VW's own learning rate"),
    "azure": Preset(_AZURE, "the service's default: learns over tens of thousands of events"),
    "context-action": Preset(
        "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q Fj",
        "crosses loose context features with loose action features, and nothing else",
    ),
    "context-pair-action": Preset(
        "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q Fj --cubic FFj",
        "also crosses pairs of loose context features with loose action features",
    ),
    "no-interactions": Preset(
        "--cb_explore_adf --epsilon 0.2 --cb_type mtr",
        "cannot connect a context to an action: what a missing -q costs",
    ),
    "three-way": Preset(
        "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q :: --cubic :::",
        "also crosses features by three",
    ),
    "squarecb": Preset(
        "--cb_explore_adf --squarecb --gamma_scale 100 --cb_type mtr -q ::",
        "explores less where the gap in predicted reward is wide",
    ),
    "softmax": Preset(
        "--cb_explore_adf --softmax --lambda 10 --cb_type mtr -q ::",
        "explores in proportion to the predicted rewards",
    ),
    "regcb": Preset(
        "--cb_explore_adf --regcb --mellowness 0.01 --cb_min_cost -1 --cb_max_cost 1 "
        "--cb_type mtr -q ::",
        "draws evenly from the actions that may still be the best; the others have no chance",
    ),
    "cover": Preset(
        "--cb_explore_adf --cover 4 --cb_type mtr -q ::",
        "draws from several models that were trained to disagree, and less so as it learns",
    ),
    "bag": Preset(
        "--cb_explore_adf --bag 5 --cb_type mtr -q ::",
        "draws from several models, each of a resample; what none favours has no chance",
    ),
    "rnd": Preset(
        "--cb_explore_adf --rnd 3 --cb_type mtr -q ::",
        "explores where a random network is not learned yet",
    ),
    "first": Preset(
        "--cb_explore_adf --first 500 --cb_type mtr -q ::",
        "shows the first 500 visits anything, and later only what it favours",
    ),
}
