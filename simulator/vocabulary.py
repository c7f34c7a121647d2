"""The nouns of a simulation: who came, what was shown, and what came of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Action:
    """A candidate: its id and its features (a JSON array of objects, as text)."""

    id: str
    features: str


class Visit(NamedTuple):
    """One synthetic user arriving.

    ``number`` counts visits from 0 and ``moment`` is the time since the simulation began. Of all
    this a personalizer may see ``context`` (a JSON array of objects, as text) and ``actions``.
    """

    number: int
    profile: str
    context: str
    actions: tuple[Action, ...]
    moment: timedelta


class Recommendation(NamedTuple):
    """A personalizer's answer, the action to show first.

    ``order`` holds indices into the visit's actions, and ``probabilities`` belongs to ``order``.
    """

    order: tuple[int, ...]
    probabilities: tuple[float, ...]

    def favourite(self) -> int:
        """Return the most probable action's index, or -1 if several are equally probable."""
        highest = max(self.probabilities)
        if self.probabilities.count(highest) > 1:
            return -1
        return self.order[self.probabilities.index(highest)]


class Interaction(NamedTuple):
    """One visit and what came of it; ``outcomes`` holds what the user did, by name."""

    event_id: str
    visit: Visit
    recommendation: Recommendation
    outcomes: dict[str, float]
    reward: float
    value: float
