"""What becomes of a decision: it waits, it is observed, it settles."""

from datetime import datetime

from msgspec import Struct, field

from mock_service.loop.decision import Decision


class PendingEvent(Struct, eq=False, gc=False):
    """A decision that is waiting for its rewards; they are kept in order of arrival.

    ``number`` counts the loop's decisions from 1; ``supersedes`` is the number of the waiting
    decision whose event id this one has taken over, and 0 where there is none; ``adopts`` says
    whether early observations have joined it.
    """

    decision: Decision
    number: int
    activated: bool
    rewards: list[float] = field(default_factory=list)
    supersedes: int = 0
    adopts: bool = False

    @property
    def is_trainable(self) -> bool:
        """Whether it can teach: it was shown, and by a chance the policy gave it."""
        return self.activated and self.decision.probabilities[0] > 0


class Observation(Struct, frozen=True, gc=False):
    """A reward, or an activation when the reward is None, as it arrived."""

    event_id: str
    at: datetime
    reward: float | None


class Settlement(Struct, frozen=True, gc=False):
    """How a decision's wait ended.

    ``training`` counts what the loop has learned from 1, and is None for an event that taught
    nothing because it was never activated or had no chance; ``reward`` is what was learned and
    ``joined`` what its users' rewards came to, which differs while a loop imitates its baseline.
    """

    at: datetime
    training: int | None
    reward: float
    joined: float
