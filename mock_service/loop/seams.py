"""What the loop needs from the rooms above it."""

from dataclasses import dataclass
from typing import Protocol

from mock_service.loop.decision import Action, Decision


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a policy thinks of some actions.

    ``order`` holds indices into the actions, best first; ``probabilities`` belongs to
    ``order``, is in [0, 1] and sums to 1.
    """

    order: tuple[int, ...]
    probabilities: tuple[float, ...]


class Learner(Protocol):
    """A policy that improves: it is asked, it is taught, and what it was taught is published."""

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions` with the published model; uniform in the given order when untrained."""

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward`."""

    def publish(self) -> None:
        """Let `predict` answer with all that was learned so far."""

    def snapshot(self) -> bytes:
        """Return the published model in Vowpal Wabbit's format; empty when untrained."""
