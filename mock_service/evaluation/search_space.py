"""The learning policies a search may find, and how their parts go together."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mock_service.dsjson.event import LoggedDecision
from mock_service.evaluation.evaluator import Options
from mock_service.vowpal.feature_names import action_features, context_features

_NAMED_AFTER = 200
"""How many events are asked for their namespaces."""


FOUND_NAME = "Hyper"
"""What found policies are called, with a number from 1 behind it: the service's word."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How long and how to look.

    Found epsilon-greedy policies explore ``exploration`` of the time, as the loop that would use
    them is told to.
    """

    trials: int = 64
    exploration: float = 0.2
    seed: int = 1
    judging: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One policy of the space, in parts.

    ``spread`` is the exploration's own setting: epsilon, gamma_scale or lambda.
    """

    interactions: str
    learning_rate: float
    power_t: float
    cb_type: str
    exploration: str
    spread: float

    @property
    def kind(self) -> tuple[str, str]:
        """How the policy explores and what it crosses."""
        return self.exploration, self.interactions

    @property
    def arguments(self) -> str:
        """The choice as Vowpal Wabbit arguments."""
        words = [
            "--cb_explore_adf",
            EXPLORATIONS[self.exploration].format(spread=f"{self.spread:.4g}"),
            f"--cb_type {self.cb_type}",
            f"-l {self.learning_rate:.4g}",
            f"--power_t {self.power_t:g}",
            self.interactions,
        ]
        return " ".join(word for word in words if word)


EXPLORATIONS = {
    "epsilon-greedy": "--epsilon {spread}",
    "squarecb": "--squarecb --gamma_scale {spread}",
    "softmax": "--softmax --lambda {spread}",
}
CB_TYPES = {
    "epsilon-greedy": ("mtr", "ips", "dr"),
    "squarecb": ("mtr",),
    "softmax": ("mtr",),
}
"""How to learn, by exploration: those that weigh gaps need predictions in the rewards' unit."""

LEARNING_RATES = (1e-3, 10.0)
POWERS = (0.0, 0.5)
SPREADS = {"squarecb": (3.0, 30.0), "softmax": (2.0, 12.0)}
"""The bounds of the settings that are searched for; an epsilon is given, not searched for.

Whatever explores less earns more on a log, where the logging policy has done the exploring for it,
and starves the learning that comes after it. Within these bounds an action that seems 0.3 worse
than the best of five keeps a chance of about a hundredth after a hundred events.
"""


def interaction_sets(events: Iterable[LoggedDecision]) -> dict[str, str]:
    """Return what may be crossed, by name: nothing up to three namespaces.

    Namespaces are known to Vowpal Wabbit by their first characters.
    """
    context, actions = _initials(events)
    pairs = " ".join(f"-q {one}{other}" for one in context for other in actions)
    triples = " ".join(
        f"--cubic {one}{two}{other}"
        for index, one in enumerate(context)
        for two in context[index:]
        for other in actions
    )
    return {
        "none": "",
        "all pairs": "-q ::",
        "context with action": pairs,
        "context pairs with action": f"{pairs} {triples}".strip(),
        "all pairs and triples": "-q :: --cubic :::",
    }


def _initials(events: Iterable[LoggedDecision]) -> tuple[list[str], list[str]]:
    context: dict[str, None] = {}
    actions: dict[str, None] = {}
    for _, event in zip(range(_NAMED_AFTER), events, strict=False):
        context |= {one.namespace[0]: None for one in context_features(event.context)}
        for action in event.actions:
            actions |= {one.namespace[0]: None for one in action_features(action.features)}
    return sorted(filter(_safe, context)), sorted(filter(_safe, actions))


def _safe(initial: str) -> bool:
    return initial.isalnum() and initial.isascii()
