"""A store for loops whose past is not asked for."""

from collections.abc import Iterator
from datetime import datetime

from mock_service.loop.events import Observation, PendingEvent, Settlement
from mock_service.loop.state import Checkpoint, LoopState


class NullStore:
    """Keeps nothing: neither events nor what the loop is."""

    def save_decision(self, event: PendingEvent) -> None:
        """Forget a decision."""

    def save_observation(
        self, observation: Observation, event: PendingEvent | None, *, is_dropped: bool = False
    ) -> bool:
        """Forget an observation; no event is known that does not wait."""
        return False

    def took_early(self, event_id: str) -> None:
        """Forget what early observations were for."""

    def absorbs(self, event_id: str, reward: float | None) -> bool:
        """Be certain of everything."""
        return False

    def knows(self, event_id: str) -> bool:
        """Know no event."""
        return False

    def newest_slot(self, event_id: str) -> int:
        """Know no event."""
        return 0

    def save_settlement(self, event: PendingEvent, settlement: Settlement) -> None:
        """Forget how a decision's wait ended."""

    def history(self, since: datetime) -> Iterator[PendingEvent]:
        """Yield nothing."""
        return iter(())

    def save_state(self, state: LoopState) -> None:
        """Forget a loop's settings."""

    def wants_checkpoint(self, trained_events: int) -> bool:
        """Want none."""
        return False

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        """Forget the models."""
