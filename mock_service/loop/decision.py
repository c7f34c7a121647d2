"""The nouns of the loop: what is asked, what was decided, and how it is answered.

Features stay what the client sent: one JSON array as text. Text is immutable, compares and
hashes fast, and only `mock_service.vowpal` ever looks inside.
"""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from mock_service.loop.configuration import LearningMode


class Action(Struct, frozen=True, gc=False):
    """A candidate: its id and its features (a JSON array of objects, as text)."""

    id: str
    features: str


class RankRequest(Struct, frozen=True, gc=False):
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


class Decision(Struct, frozen=True, gc=False):
    """One answered rank request: an *event*.

    ``candidates`` are all actions in request order and ``actions`` the eligible ones among them;
    ``order`` holds indices into ``actions`` with the logged one first, and ``probabilities``
    belongs to ``order``. ``model`` is the version of the model that was asked, and
    ``drop_probability`` the probability that an event like this one was left out of the log it
    was imported from.
    """

    event_id: str
    at: datetime
    context: str
    candidates: tuple[Action, ...]
    actions: tuple[Action, ...]
    order: tuple[int, ...]
    probabilities: tuple[float, ...]
    deferred: bool
    learning_mode: LearningMode = LearningMode.ONLINE
    model: int = 0
    drop_probability: float = 0.0

    @property
    def training_probability(self) -> float:
        """The probability that the action was chosen and its event is here to learn from."""
        return self.probabilities[0] * (1.0 - self.drop_probability)

    @property
    def chosen(self) -> Action:
        """The action the user was shown: the policy's choice, or the baseline when imitating."""
        if self.learning_mode is LearningMode.APPRENTICE:
            return self.actions[0]
        return self.actions[self.order[0]]

    @property
    def propensity(self) -> float:
        """The chance the logged action had when it was chosen, in (0, 1]."""
        return self.probabilities[0]

    @property
    def matches_baseline(self) -> bool:
        """Whether the policy's own choice was the baseline."""
        return self.order[0] == 0

    @property
    def ranking(self) -> tuple[RankedAction, ...]:
        """The answer on the wire: the chosen action first, the others best first.

        An imitating loop answers in the order of the request. Excluded actions keep their place
        in the request, with probability 0, and the others fill the places that remain.
        """
        actions = self.actions
        lines = list(zip(self.order, self.probabilities, strict=True))
        if self.learning_mode is LearningMode.APPRENTICE:
            lines.sort()
        ranked = [RankedAction(actions[index].id, probability) for index, probability in lines]
        if len(actions) == len(self.candidates):
            return tuple(ranked)
        eligible, rest = {id(action) for action in actions}, iter(ranked)
        return tuple(
            next(rest) if id(action) in eligible else RankedAction(action.id, 0.0)
            for action in self.candidates
        )
