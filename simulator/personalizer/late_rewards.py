"""Which rewards came after their event had settled in silence, and taught nothing."""

from typing import TextIO

from mock_service.dsjson.recorder import LogRecorder
from mock_service.loop.events import Observation, PendingEvent, Settlement
from mock_service.loop.null_store import NullStore


class LateRewards(NullStore):
    """Counts the events whose first reward came too late, and keeps nothing else."""

    def __init__(self) -> None:
        self.late = 0
        self._silent: set[str] = set()
        """The ids of events that settled without a reward."""

    def save_settlement(
        self,
        event: PendingEvent,
        settlement: Settlement,  # noqa: ARG002 (as stores are called)
    ) -> None:
        """Note an event that settles in silence."""
        if not event.rewards:
            self._silent.add(event.decision.event_id)

    def save_observation(
        self,
        observation: Observation,
        event: PendingEvent | None,
        *,
        is_dropped: bool = False,  # noqa: ARG002 (as stores are called)
    ) -> bool:
        """Count an event of which a reward is heard for the first time, too late."""
        if event is None and observation.event_id in self._silent:
            self._silent.discard(observation.event_id)
            self.late += observation.reward is not None
        return False

    def knows(self, event_id: str) -> bool:
        """Know what has settled in silence: a reward for it waits for no decision."""
        return event_id in self._silent


class RecordingLateRewards(LateRewards):
    """Writes events down as they settle, too."""

    def __init__(self, log: TextIO) -> None:
        super().__init__()
        self._recorder = LogRecorder(log)

    def save_settlement(self, event: PendingEvent, settlement: Settlement) -> None:
        """Note an event that settles in silence, and write it down."""
        super().save_settlement(event, settlement)
        self._recorder.save_settlement(event, settlement)
