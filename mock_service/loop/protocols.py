"""What the loop needs from the packages above it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from mock_service.loop.configuration import ProblemType
from mock_service.loop.decision import Action, Decision, RankRequest
from mock_service.loop.events import Observation, PendingEvent, Settlement
from mock_service.loop.slots import Slot
from mock_service.loop.state import Checkpoint, LoopState, Models


class Prediction(Struct, frozen=True, gc=False):
    """What a policy thinks of some actions.

    ``order`` holds indices into the actions, best first; ``probabilities`` belongs to
    ``order``, is in [0, 1] and sums to 1.
    """

    order: tuple[int, ...]
    probabilities: tuple[float, ...]


Explanation = tuple[tuple[str, float], ...]
"""Names of features, or of two joined by ``^``, and what each adds to the predicted reward."""


class RequestBound(Protocol):
    """How much one request may ask of a learner: while it works, no other request is answered."""

    def check(self, context: str, actions: tuple[Action, ...], times: int = 1) -> None:
        """Accept what a decision shows, `times` times, or raise an ApiError."""

    def check_slots(
        self, context: str, actions: tuple[Action, ...], slots: tuple[Slot, ...]
    ) -> None:
        """Accept what the decisions of a page show, or raise a ApiError."""

    def allows(self, context: str, actions: tuple[Action, ...]) -> bool:
        """Say whether a decision may be learned from: another policy may have made it."""


class Learner(Protocol):
    """A policy that improves: it is asked, it is taught, and what it was taught is published."""

    bound: RequestBound
    """How much one request may ask of it."""

    @property
    def problem_type(self) -> ProblemType:
        """Which ranks its policy is for."""

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions` with the published model; uniform in the given order when untrained."""

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the logged action of `decision` earned `reward`."""

    def publish(self) -> bool:
        """Let `predict` answer with all that was learned so far; say whether that was news."""

    def explain(self, context: str, actions: tuple[Action, ...]) -> list[Explanation]:
        """Say, for each action, what its features add; nothing of an untrained model's."""

    def models(self) -> Models:
        """Return both models in Vowpal Wabbit's format."""


LearnerFactory = Callable[[str, float, Models], Learner]
"""Makes a learner of policy arguments, an exploration share and the models to start from.

Raises LearningPolicyInvalid when Vowpal Wabbit does not accept the arguments.
"""

ActionSampler = Callable[[RankRequest, Prediction], Prediction]
"""Samples an action of a prediction for a request and swaps it with the one in front."""

ModelCanonicalizer = Callable[[bytes, int], bytes]
"""Makes a model's bytes depend only on its policy and on the events it learned from."""


class EventStore(Protocol):
    """Keeps what happened to a loop's events, in the order it happened."""

    def save_decision(self, event: PendingEvent) -> None:
        """Keep a new decision; early observations have joined it already."""

    def save_observation(
        self, observation: Observation, event: PendingEvent | None, *, is_dropped: bool = False
    ) -> bool:
        """Keep an observation and the event it joined; say, when it joined none, if one is known.

        An id that is known belongs to an event that has settled: the observation is too late. One
        that is dropped joins no later event either.
        """

    def took_early(self, event_id: str) -> None:
        """Keep that the early observations of this id have had their effect, and join nothing."""

    def absorbs(self, event_id: str, reward: float | None) -> bool:
        """Return whether this repeats an observation whose storing was not acknowledged."""

    def knows(self, event_id: str) -> bool:
        """Say whether a decision of this id was ever kept."""

    def newest_slot(self, event_id: str) -> int:
        """Return the number of the decision that was made last for a multi-slot event, or 0."""

    def save_settlement(self, event: PendingEvent, settlement: Settlement) -> None:
        """Keep how a decision's wait ended."""

    def history(self, since: datetime) -> Iterator[PendingEvent]:
        """Yield the settled events decided since that moment, in the order they settled."""


class StateStore(Protocol):
    """Keeps what a loop is and what it has learned."""

    def save_state(self, state: LoopState) -> None:
        """Keep a loop's new settings."""

    def wants_checkpoint(self, trained_events: int) -> bool:
        """Return whether `trained_events` since the last checkpoint call for another."""

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep the models, so that only later lessons need learning again."""
