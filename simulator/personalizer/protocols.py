"""What the engine needs of a personalizer."""

from datetime import timedelta
from typing import Protocol

from simulator.model import FilledPage, OfferedSlot, Recommendation, Visit


class Personalizer(Protocol):
    """Ranks, and listens to how well that went."""

    def rank(self, visit: Visit, event_id: str) -> Recommendation:
        """Rank the visit's actions for its context; raises EndpointProblem when it cannot."""

    def reward(self, event_id: str, value: float, offset: timedelta) -> None:
        """Report the reward of an event at that moment; raises EndpointProblem when it cannot."""

    def close(self) -> None:
        """Let go of what is held open."""


class RewardSink(Protocol):
    """Listens to how well something went that was shown."""

    def reward(self, event_id: str, value: float, offset: timedelta) -> None:
        """Report the reward of an event, or of a slot of one, at that moment."""


class PagePersonalizer(RewardSink, Protocol):
    """Fills the slots of a page, and listens to how well each went."""

    def fill(
        self, visit: Visit, slots: tuple[OfferedSlot, ...], event_id: str, *, deferred: bool
    ) -> FilledPage:
        """Return an action for each slot; EndpointProblem when it cannot."""

    def activate(self, event_id: str, offset: timedelta) -> None:
        """Report that a deferred page was shown."""

    def close(self) -> None:
        """Let go of what is held open."""


class AnyPersonalizer(Personalizer, PagePersonalizer, Protocol):
    """Ranks single actions, and fills pages."""
