"""The nouns of the loop: what is asked, what was decided, and how it is answered.

Features stay what the client sent: one JSON array as text. Text is immutable, compares and
hashes fast, and only `mock_service.learning` ever looks inside.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Action:
    """A candidate: its id and its features (a JSON array of objects, as text)."""

    id: str
    features: str


@dataclass(frozen=True, slots=True)
class RankRequest:
    """A question to the loop: which of these actions suits this context best?

    ``context`` is a JSON array of objects, as text; ``excluded`` holds action ids, and ids
    that no action has are ignored; a ``deferred`` decision is learned only once activated.
    """

    event_id: str
    context: str
    actions: tuple[Action, ...]
    excluded: frozenset[str] = frozenset()
    deferred: bool = False


class RankedAction(NamedTuple):
    """One line of the answer: an action id and the chance it had of being chosen."""

    id: str
    probability: float


@dataclass(frozen=True, slots=True)
class Decision:
    """One answered rank request: an *event*.

    ``candidates`` are all actions in request order and ``actions`` the eligible ones among them;
    ``order`` holds indices into ``actions`` with the chosen one first, and ``probabilities``
    belongs to ``order``.
    """

    event_id: str
    at: datetime
    context: str
    candidates: tuple[Action, ...]
    actions: tuple[Action, ...]
    order: tuple[int, ...]
    probabilities: tuple[float, ...]
    deferred: bool

    @property
    def chosen(self) -> Action:
        """The action the user was shown."""
        return self.actions[self.order[0]]

    @property
    def propensity(self) -> float:
        """The chance the chosen action had when it was chosen, in (0, 1]."""
        return self.probabilities[0]

    @property
    def ranking(self) -> tuple[RankedAction, ...]:
        """The answer on the wire: the chosen action first, the others best first.

        Excluded actions keep their place in the request, with probability 0, and the others fill
        the places that remain.
        """
        ranked = zip(
            [self.actions[index].id for index in self.order], self.probabilities, strict=True
        )
        if len(self.actions) == len(self.candidates):
            return tuple([RankedAction(*line) for line in ranked])
        eligible = {id(action) for action in self.actions}
        return tuple(
            RankedAction(*next(ranked)) if id(action) in eligible else RankedAction(action.id, 0.0)
            for action in self.candidates
        )
