"""Joining decisions with their rewards and activations while their wait lasts."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from mock_service.loop.decision import Decision
from mock_service.loop.events import Observation, PendingEvent

EARLY_WINDOW = timedelta(minutes=2)
"""How long before its decision an observation may arrive: the joiner's BackwardEventJoinWindow."""


class Joiner:
    """All decisions whose wait is not over, in the order they were made.

    Decisions may share an event id: an observation then joins the latest of them.
    """

    def __init__(self) -> None:
        self._by_number: OrderedDict[int, PendingEvent] = OrderedDict()
        self._by_id: dict[str, PendingEvent] = {}
        self._early: deque[Observation] = deque()
        self._early_ids: dict[str, int] = {}
        self.recorded = 0
        """How many decisions there have ever been."""

    def __len__(self) -> int:
        return len(self._by_number)

    def waits_for(self, event_id: str) -> bool:
        """Say whether a decision of this event id waits."""
        return event_id in self._by_id

    def waiting_ids(self) -> Iterator[str]:
        """Yield the event ids that wait, oldest decision first."""
        return iter(self._by_id)

    def restore(
        self,
        recorded: int,
        pending: Iterable[PendingEvent],
        early: Iterable[Observation],
        superseded: frozenset[int] = frozenset(),
    ) -> None:
        """Go on where another joiner stopped: `recorded` decisions, some pending, oldest first.

        `superseded` are the numbers of those whose event id a later decision has taken over, be it
        one that has settled since: nothing joins them any more.
        """
        self.recorded = recorded
        for event in pending:
            self._by_number[event.number] = event
            if event.number not in superseded:
                self._by_id[event.decision.event_id] = event
        for observation in early:
            self._keep_early(observation)

    def record(self, decision: Decision) -> PendingEvent:
        """Begin to wait for `decision`, which may already have early observations."""
        self.recorded += 1
        event = PendingEvent(decision, self.recorded, not decision.deferred)
        self._by_number[event.number] = event
        if (earlier := self._by_id.pop(decision.event_id, None)) is not None:
            event.supersedes = earlier.number
        self._by_id[decision.event_id] = event
        if decision.event_id in self._early_ids:
            self._adopt_early(event)
        return event

    def observe(self, observation: Observation) -> PendingEvent | None:
        """Join `observation` to its decision, or keep it for a decision that may still come."""
        event = self._by_id.get(observation.event_id)
        if event is None:
            self._keep_early(observation)
        else:
            _join(event, observation)
        return event

    def settle(self, event: PendingEvent) -> None:
        """Stop waiting for `event`: what arrives for it from now on is too late."""
        del self._by_number[event.number]
        if self._by_id.get(event.decision.event_id) is event:
            del self._by_id[event.decision.event_id]

    def oldest(self) -> PendingEvent | None:
        """Return the decision that has waited longest."""
        return next(iter(self._by_number.values()), None)

    def due(self, decided_until: datetime) -> Iterator[PendingEvent]:
        """Settle, in the order of decision, and yield each event decided until that moment."""
        while (event := self.oldest()) is not None and event.decision.at <= decided_until:
            self.settle(event)
            yield event

    def _keep_early(self, early: Observation) -> None:
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
            _join(event, early)
        self._early_ids.pop(event_id, None)


def _join(event: PendingEvent, observation: Observation) -> None:
    if observation.reward is None:
        event.activated = True
    else:
        event.rewards.append(observation.reward)
