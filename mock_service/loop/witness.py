"""A witness of decisions: what was decided lately, and what became of it."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from mock_service.loop.events import Observation, PendingEvent, Settlement
from mock_service.loop.learning_loop import Store
from mock_service.loop.state import Checkpoint, LoopState

MOST_DECISIONS = 5_000
"""Beyond that many, the oldest are forgotten."""


class Witness:
    """Remembers the latest events of the loops whose stores it stands in front of."""

    def __init__(self) -> None:
        self._events: deque[tuple[int, PendingEvent]] = deque(maxlen=MOST_DECISIONS)
        self._settlements: dict[int, Settlement] = {}

    def before(self, store: Store, loop: int) -> Store:
        """Return a store that tells this witness, and then `store`, what happens to a loop."""
        return _Witnessed(self, store, loop)

    def decisions(
        self, loop: int | None = None
    ) -> tuple[tuple[PendingEvent, Settlement | None], ...]:
        """Return the events in the order of their decisions, with how they settled if they did.

        Those of one loop, by its number in storage, or of all.
        """
        return tuple(
            (event, self._settlements.get(id(event)))
            for number, event in self._events
            if loop is None or number == loop
        )

    def decided(self, event: PendingEvent, loop: int) -> None:
        """Remember a decision of a loop."""
        if len(self._events) == MOST_DECISIONS:
            self._settlements.pop(id(self._events[0][1]), None)
        self._events.append((loop, event))

    def settled(self, event: PendingEvent, settlement: Settlement) -> None:
        """Remember how a decision that is remembered has settled."""
        self._settlements[id(event)] = settlement

    def forget(self, loop: int) -> None:
        """Forget the events of a loop: the next of that number is another."""
        for _, event in (pair for pair in self._events if pair[0] == loop):
            self._settlements.pop(id(event), None)
        kept = [pair for pair in self._events if pair[0] != loop]
        self._events = deque(kept, maxlen=MOST_DECISIONS)

    def clear(self) -> None:
        """Forget everything."""
        self._events.clear()
        self._settlements.clear()


class _Witnessed:
    """A store with somebody looking over its shoulder."""

    def __init__(self, witness: Witness, store: Store, loop: int) -> None:
        self._witness = witness
        self._store = store
        self._loop = loop

    def decided(self, event: PendingEvent) -> None:
        self._witness.decided(event, self._loop)
        self._store.decided(event)

    def observed(self, observation: Observation, event: PendingEvent | None) -> bool:
        return self._store.observed(observation, event)

    def absorbs(self, event_id: str, reward: float | None) -> bool:
        return self._store.absorbs(event_id, reward)

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
