"""A log written while a loop runs: one line for every event whose wait is over."""

from typing import TextIO

from mock_service.dsjson.event import LoggedDecision, LoggedObservation, log_decision
from mock_service.dsjson.multi_slot import PageJoiner
from mock_service.dsjson.writer import write_line
from mock_service.loop.events import PendingEvent, Settlement
from mock_service.loop.null_store import NullStore


class LogRecorder(NullStore):
    """Writes events down as they settle, and keeps nothing else."""

    def __init__(self, log: TextIO) -> None:
        self._log = log
        self._pages = PageJoiner()

    def save_settlement(self, event: PendingEvent, settlement: Settlement) -> None:
        """Write down a decision and what came of it; a page once all its slots have settled."""
        whole = self._pages.add(log_settled(event, settlement))
        if whole is not None:
            self._log.write(write_line(whole) + "\n")


def log_settled(event: PendingEvent, settlement: Settlement) -> LoggedDecision:
    """Return a settled event as it belongs into a log."""
    decision = event.decision
    shown = (LoggedObservation(decision.event_id, action_taken=True),)
    rewards = tuple([LoggedObservation(decision.event_id, reward) for reward in event.rewards])
    return log_decision(
        decision,
        reward=settlement.reward,
        joined=settlement.joined,
        observations=shown + rewards if decision.deferred and event.activated else rewards,
        activated=settlement.training is not None,
    )
