"""A log written while a loop runs: one line for every event whose wait is over."""

from typing import TextIO

from mock_service.logs.event import UNTRAINED_MODEL, LoggedDecision, Observation
from mock_service.logs.writing import write_line
from mock_service.loop.events import PendingEvent, Settlement
from mock_service.loop.forgetful import Forgetful


class LogRecorder(Forgetful):
    """Writes events down as they settle, and keeps nothing else."""

    def __init__(self, log: TextIO) -> None:
        self._log = log

    def settled(self, event: PendingEvent, settlement: Settlement) -> None:
        """Write down a decision and what came of it."""
        self._log.write(write_line(log_settled(event, settlement)) + "\n")


def log_settled(event: PendingEvent, settlement: Settlement) -> LoggedDecision:
    """Return a settled event as it belongs into a log."""
    decision = event.decision
    shown = (Observation(decision.event_id, action_taken=True),)
    rewards = tuple([Observation(decision.event_id, reward) for reward in event.rewards])
    return LoggedDecision(
        event_id=decision.event_id,
        at=decision.at,
        context=decision.context,
        actions=decision.actions,
        observations=shown + rewards if decision.deferred and event.activated else rewards,
        skip_learn=settlement.lesson is None,
        model_id=str(decision.model) if decision.model else UNTRAINED_MODEL,
        order=decision.order,
        probabilities=decision.probabilities,
        cost=0.0 - settlement.reward,
        propensity=decision.propensity,
        original_cost=0.0 - settlement.joined,
    )
