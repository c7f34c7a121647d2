"""Decisions as those see them who assert on them: everything readable, nothing to wait for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from mock_service.loop.decision import RankedAction
from mock_service.loop.events import PendingEvent, Settlement


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """What was asked, what was chosen, and what became of it."""

    event_id: str
    at: datetime
    context_json: str
    """The context features as they were sent, as JSON."""
    actions: tuple[str, ...]
    """The ids of all actions, in the order of the request."""
    chosen: str
    """The id of the action that was shown."""
    probability: float
    """The chance with which it was chosen."""
    ranking: tuple[RankedAction, ...]
    """The answer: ids and probabilities."""
    deferred: bool
    activated: bool
    """Whether it counts: at once, or when a deferred decision was activated."""
    rewards: tuple[float, ...]
    """The rewards that arrived in time, in order."""
    settled: bool
    """Whether the wait is over."""
    reward: float | None
    """What the rewards came to, or the default reward; None until it has settled."""
    learned: bool
    """Whether the loop has learned from it."""

    @property
    def context(self) -> list[dict[str, Any]]:
        """The context features as they were sent; read only now, as they may be long."""
        features: list[dict[str, Any]] = from_json(self.context_json)
        return features


def record_decision(event: PendingEvent, settlement: Settlement | None) -> RecordedDecision:
    """Return what is known of an event."""
    decision = event.decision
    return RecordedDecision(
        event_id=decision.event_id,
        at=decision.at,
        context_json=decision.context,
        actions=tuple(action.id for action in decision.candidates),
        chosen=decision.chosen.id,
        probability=decision.propensity,
        ranking=decision.ranking,
        deferred=decision.deferred,
        activated=event.activated,
        rewards=tuple(event.rewards),
        settled=settlement is not None,
        reward=None if settlement is None else settlement.joined,
        learned=settlement is not None and settlement.training is not None,
    )
