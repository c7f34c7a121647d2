"""Joining decisions with their rewards and activations while their wait lasts."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from sys import getsizeof

from mock_service.loop.decision import Decision
from mock_service.loop.early import EarlyBudget, EarlyObservations, never_late
from mock_service.loop.events import Observation, PendingEvent


class Joiner:
    """All decisions whose wait is not over, in the order they were made.

    Decisions may share an event id: an observation then joins the latest of them.
    """

    def __init__(self, budget: EarlyBudget | None = None) -> None:
        """Wait for nothing yet; early observations share `budget` with those of other loops."""
        self._by_number: OrderedDict[int, PendingEvent] = OrderedDict()
        self._by_id: dict[str, PendingEvent] = {}
        self.early = EarlyObservations(budget or EarlyBudget())
        """What was observed of decisions that may still come."""
        self.recorded = 0
        """How many decisions there have ever been."""

    def __len__(self) -> int:
        return len(self._by_number)

    def waits_for(self, event_id: str) -> bool:
        """Say whether a decision of this event id waits."""
        return event_id in self._by_id

    def waiting(self) -> Iterator[PendingEvent]:
        """Yield the events that observations join, oldest decision first."""
        return iter(self._by_id.values())

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
            self.early.keep(observation)

    def record(self, decision: Decision) -> PendingEvent:
        """Begin to wait for `decision`, which may already have early observations."""
        self.recorded += 1
        event = PendingEvent(decision, self.recorded, not decision.deferred)
        self._by_number[event.number] = event
        if (earlier := self._by_id.pop(decision.event_id, None)) is not None:
            event.supersedes = earlier.number
        self._by_id[decision.event_id] = event
        if decision.event_id in self.early:
            for observation in self.early.take(decision.event_id, decision.at):
                _join(event, observation)
                event.adopts = True
        return event

    def observe(
        self, observation: Observation, is_late: Callable[[str], bool] = never_late
    ) -> PendingEvent | None:
        """Join `observation` to its decision, or keep it for a decision that may still come.

        `is_late` says whether an event of that id has settled.

        Raises:
            ApiError: there is no room for more that waits for its decision.
        """
        event = self.join(observation)
        if event is None:
            self.keep_early(observation, is_late)
        return event

    def join(self, observation: Observation) -> PendingEvent | None:
        """Join `observation` to the decision that waits for it, if one does."""
        event = self._by_id.get(observation.event_id)
        if event is not None:
            _join(event, observation)
        return event

    def keep_early(
        self, observation: Observation, is_late: Callable[[str], bool] = never_late
    ) -> bool:
        """Keep `observation` for a decision that may still come; return whether it is kept.

        Raises:
            ApiError: there is no room for more that waits for its decision.
        """
        if not self.early.check_room(observation, is_late):
            return False
        self.early.keep(observation)
        return True

    def check_room(
        self, event_ids: Iterable[str], at: datetime, is_late: Callable[[str], bool]
    ) -> None:
        """See whether all rewards for these events could be joined, now or later.

        Raises:
            ApiError: too many are for events that do not wait, nor have settled.
        """
        unknown = [id_ for id_ in event_ids if id_ not in self._by_id]
        if unknown:
            longest = max(unknown, key=getsizeof)
            self.early.check_room(
                Observation(longest, at, 0.0), lambda _: all(map(is_late, unknown)), len(unknown)
            )

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


def _join(event: PendingEvent, observation: Observation) -> None:
    if observation.reward is None:
        event.activated = True
    else:
        event.rewards.append(observation.reward)
