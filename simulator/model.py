"""The nouns of a simulation: who came, what was shown, and what came of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from msgspec import Struct


@dataclass(frozen=True, slots=True)
class OfferedAction:
    """A candidate: its id and its features (a JSON array of objects, as text)."""

    id: str
    features: str


class Visit(Struct, frozen=True, gc=False):
    """One synthetic user arriving.

    ``number`` counts visits from 0 and ``offset`` is the time since the simulation began. Of all
    this a personalizer may see ``context`` (a JSON array of objects, as text) and ``actions``.
    """

    number: int
    profile: str
    context: str
    actions: tuple[OfferedAction, ...]
    offset: timedelta


_MAX = 0.5
"""Of a whole of 1, more than this leaves less than this to every other."""


@dataclass(frozen=True, slots=True)
class OfferedSlot:
    """A place on a page: its id, its features (a JSON array of objects, as text), and its rules.

    ``baseline`` is the id of what the application would show there, and ``excluded`` holds ids of
    what must not be.
    """

    id: str
    features: str
    baseline: str
    excluded: tuple[str, ...] = ()


SLOT_SEPARATOR = "\x1f"
"""Stands between an event's id and a slot's, where one text names both."""


def slot_event(event_id: str, slot_id: str) -> str:
    """Return the id under which one slot of an event is rewarded."""
    return f"{event_id}{SLOT_SEPARATOR}{slot_id}"


class Recommendation(Struct, frozen=True, gc=False):
    """A personalizer's answer, the action to show first.

    ``order`` holds indices into the visit's actions, and ``probabilities`` belongs to ``order``.
    """

    order: tuple[int, ...]
    probabilities: tuple[float, ...]

    def greedy_action(self) -> int:
        """Return the most probable action's index, or -1 if several are equally probable."""
        probabilities = self.probabilities
        if probabilities[0] > _MAX:
            return self.order[0]
        highest = max(probabilities)
        if probabilities.count(highest) > 1:
            return -1
        return self.order[probabilities.index(highest)]


class FilledPage(NamedTuple):
    """A personalizer's answer for a page: indices of the visit's actions, one a slot.

    ``favoured`` are those to which it gave the highest probability, -1 where there is none or it
    is not told; ``rankings`` has the actions it chose from for each slot with their probabilities,
    the shown one first, and is empty where they are not told.
    """

    shown: tuple[int, ...]
    favoured: tuple[int, ...]
    rankings: tuple[Recommendation, ...] = ()

    def ranking(self, number: int) -> Recommendation:
        """Return what one slot was chosen from; where that is not told, what is shown there."""
        return self.rankings[number] if self.rankings else Recommendation((self.shown[number],), ())


class LearningRecord(Struct, frozen=True, kw_only=True):
    """What a learning loop made of the rewards of a run.

    Of its ``decisions``, ``rewarded`` were learned with a reward that users gave and ``defaulted``
    in silence, with ``default_reward``; ``late`` are those of the latter whose reward came after
    the wait of ``reward_wait_seconds``. ``trained`` counts events that were learned from, and
    ``seen_by_ranks`` says whether any visit was ranked by a model that had learned.
    """

    decisions: int
    rewarded: int
    late: int
    defaulted: int
    trained: int
    seen_by_ranks: bool
    reward_wait_seconds: float
    default_reward: float


class PotentialOutcomes(NamedTuple):
    """What would have come of each action that was offered, in their order: hidden from learners.

    ``arrivals`` are the rewards that would have arrived: how long after the visit, and how much.
    ``lost`` and ``repeated`` count those that would not, and those that would twice.
    """

    expected_values: tuple[float, ...]
    values: tuple[float, ...]
    rewards: tuple[float, ...]
    outcomes: dict[str, tuple[float, ...]]
    arrivals: tuple[tuple[tuple[timedelta, float], ...], ...]
    lost: tuple[int, ...]
    repeated: tuple[int, ...]


class Interaction(NamedTuple):
    """One visit and what came of it; ``outcomes`` holds what the user did, by name.

    On a page there is one for each ``slot``; of one that was not ``viewed`` nothing came.
    """

    event_id: str
    visit: Visit
    recommendation: Recommendation
    outcomes: dict[str, float]
    reward: float
    value: float
    truth: PotentialOutcomes
    slot: OfferedSlot | None = None
    viewed: bool = True
