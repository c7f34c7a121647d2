"""A witness of decisions: what was decided lately, and what became of it."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from mock_service.loop.events import Observation, PendingEvent, Settlement
from mock_service.loop.state import Checkpoint, LoopState
from mock_service.loop.tools import Store

MOST_DECISIONS = 5_000
"""Beyond that many, the oldest are forgotten."""


class Witness:
    """Remembers the latest events of the loops whose stores it stands in front of."""

    def __init__(self) -> None:
        self._events: deque[PendingEvent] = deque(maxlen=MOST_DECISIONS)
        self._settlements: dict[int, Settlement] = {}

    def before(self, store: Store) -> Store:
        """Return a store that tells this witness, and then `store`."""
        return _Witnessed(self, store)

    def decisions(self) -> tuple[tuple[PendingEvent, Settlement | None], ...]:
        """Return the events in the order of their decisions, with how they settled if they did."""
        return tuple((event, self._settlements.get(id(event))) for event in self._events)

    def decided(self, event: PendingEvent) -> None:
        """Remember a decision."""
        if len(self._events) == MOST_DECISIONS:
            self._settlements.pop(id(self._events[0]), None)
        self._events.append(event)

    def settled(self, event: PendingEvent, settlement: Settlement) -> None:
        """Remember how a decision that is remembered has settled."""
        self._settlements[id(event)] = settlement

    def clear(self) -> None:
        """Forget everything."""
        self._events.clear()
        self._settlements.clear()


class _Witnessed:
    """A store with somebody looking over its shoulder."""

    def __init__(self, witness: Witness, store: Store) -> None:
        self._witness = witness
        self._store = store

    def decided(self, event: PendingEvent) -> None:
        self._witness.decided(event)
        self._store.decided(event)

    def observed(self, observation: Observation, event: PendingEvent | None) -> bool:
        return self._store.observed(observation, event)

    def knows(self, event_id: str) -> bool:
        return self._store.knows(event_id)

    def settled(self, event: PendingEvent, settlement: Settlement) -> None:
        self._witness.settled(event, settlement)
        self._store.settled(event, settlement)

    def history(self, since: datetime) -> Iterator[PendingEvent]:
        return self._store.history(since)

    def changed(self, state: LoopState) -> None:
        self._store.changed(state)

    def wants_checkpoint(self, lessons: int) -> bool:
        return self._store.wants_checkpoint(lessons)

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        self._store.checkpoint(checkpoint)
