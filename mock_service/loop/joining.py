"""Joining decisions with their rewards and activations while their wait lasts."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mock_service.loop.decision import Decision

EARLY_WINDOW = timedelta(minutes=2)
"""How long before its decision an observation may arrive: the joiner's BackwardEventJoinWindow."""


@dataclass(slots=True)
class PendingEvent:
    """A decision that is waiting for its rewards; they are kept in order of arrival."""

    decision: Decision
    number: int
    activated: bool
    rewards: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Early:
    """A reward, or an activation when the reward is None, whose decision is not yet known."""

    event_id: str
    at: datetime
    reward: float | None


class Joiner:
    """All decisions whose wait is not over, in the order they were made.

    Decisions may share an event id: an observation then joins the latest of them.
    """

    def __init__(self) -> None:
        self._by_number: OrderedDict[int, PendingEvent] = OrderedDict()
        self._by_id: dict[str, PendingEvent] = {}
        self._early: deque[_Early] = deque()
        self._early_ids: dict[str, int] = {}
        self._recorded = 0

    def __len__(self) -> int:
        return len(self._by_number)

    def record(self, decision: Decision) -> PendingEvent:
        """Begin to wait for `decision`, which may already have early observations."""
        self._recorded += 1
        event = PendingEvent(decision, self._recorded, not decision.deferred)
        self._by_number[event.number] = event
        self._by_id[decision.event_id] = event
        if decision.event_id in self._early_ids:
            self._adopt_early(event)
        return event

    def add_reward(self, event_id: str, reward: float, at: datetime) -> PendingEvent | None:
        """Join `reward` to its decision, or keep it for a decision that may still come."""
        event = self._by_id.get(event_id)
        if event is None:
            self._keep_early(_Early(event_id, at, reward))
            return None
        event.rewards.append(reward)
        return event

    def activate(self, event_id: str, at: datetime) -> PendingEvent | None:
        """Mark a decision as shown, or keep that for a decision that may still come."""
        event = self._by_id.get(event_id)
        if event is None:
            self._keep_early(_Early(event_id, at, None))
            return None
        event.activated = True
        return event

    def settle(self, event: PendingEvent) -> None:
        """Stop waiting for `event`: what arrives for it from now on is too late."""
        del self._by_number[event.number]
        if self._by_id.get(event.decision.event_id) is event:
            del self._by_id[event.decision.event_id]

    def due(self, decided_until: datetime) -> Iterator[PendingEvent]:
        """Settle, in the order of decision, and yield each event decided until that moment."""
        while self._by_number:
            event = next(iter(self._by_number.values()))
            if event.decision.at > decided_until:
                return
            self.settle(event)
            yield event

    def _keep_early(self, early: _Early) -> None:
        self._forget_early(early.at - EARLY_WINDOW)
        self._early.append(early)
        self._early_ids[early.event_id] = self._early_ids.get(early.event_id, 0) + 1

    def _forget_early(self, before: datetime) -> None:
        while self._early and self._early[0].at < before:
            event_id = self._early.popleft().event_id
            self._early_ids[event_id] -= 1
            if not self._early_ids[event_id]:
                del self._early_ids[event_id]

    def _adopt_early(self, event: PendingEvent) -> None:
        self._forget_early(event.decision.at - EARLY_WINDOW)
        event_id = event.decision.event_id
        for early in [early for early in self._early if early.event_id == event_id]:
            self._early.remove(early)
            if early.reward is None:
                event.activated = True
            else:
                event.rewards.append(early.reward)
        self._early_ids.pop(event_id, None)
