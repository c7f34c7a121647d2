"""A store that writes a log and forgets everything else."""

from typing import TextIO

from mock_service.logs.event import Observation, log_decision
from mock_service.logs.writing import write_line
from mock_service.loop.events import PendingEvent, Settlement
from mock_service.loop.forgetful import Forgetful


class LogStore(Forgetful):
    """Writes each event to an open file when it settles, one line of DSJSON an event."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def settled(self, event: PendingEvent, settlement: Settlement) -> None:
        """Write how a decision's wait ended."""
        decision = event.decision
        id_ = decision.event_id
        observations = tuple(Observation(id_, value) for value in event.rewards)
        if decision.deferred and event.activated:
            observations = (Observation(id_, action_taken=True), *observations)
        line = write_line(
            log_decision(
                decision,
                reward=settlement.reward,
                joined=settlement.joined,
                observations=observations,
                activated=settlement.lesson is not None,
            )
        )
        self._file.write(f"{line}\n")
