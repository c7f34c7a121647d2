"""A witness of decisions: what was decided lately, and what became of it."""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from sys import getsizeof

from msgspec import Struct

from mock_service.limits import DEFAULT_LIMITS
from mock_service.loop.action_sizes import ACTION_BYTES, SharedActions
from mock_service.loop.dependencies import Store
from mock_service.loop.events import Observation, PendingEvent, Settlement
from mock_service.loop.state import Checkpoint, LoopState

MAX_DECISIONS = 5_000
"""Beyond it, and beyond the bytes of `Limits.history_bytes`, the oldest are forgotten."""

_EVENT_BYTES = 1_000
_REWARD_BYTES = 32
"""What an event and each of its rewards take in memory besides the texts."""


class _Remembered(Struct):
    """An event, how it settled if it did, and what it takes in memory besides its actions."""

    event: PendingEvent
    settlement: Settlement | None
    bytes: int
    loop: int


class DecisionHistory:
    """Remembers the latest events of the loops whose stores it stands in front of."""

    def __init__(self, limit: int = DEFAULT_LIMITS.history_bytes) -> None:
        self._limit = limit
        self._remembered: OrderedDict[int, _Remembered] = OrderedDict()
        self._actions = SharedActions()
        self._bytes = 0

    def before(self, store: Store, loop: int) -> Store:
        """Return a store that tells this witness, and then `store`, what happens to a loop.

        One that may keep nothing is told nothing.
        """
        return _RecordingStore(self, store, loop) if self._limit else store

    def decisions(
        self, loop: int | None = None
    ) -> tuple[tuple[PendingEvent, Settlement | None], ...]:
        """Return the events in the order of their decisions, with how they settled if they did.

        Those of one loop, by its number in storage, or of all.
        """
        return tuple(
            (one.event, one.settlement)
            for one in self._remembered.values()
            if loop is None or one.loop == loop
        )

    def save_decision(self, event: PendingEvent, loop: int) -> None:
        """Remember a decision of a loop, and forget the oldest beyond the bounds."""
        decision = event.decision
        size = _EVENT_BYTES + ACTION_BYTES * len(decision.candidates) + getsizeof(decision.context)
        self._remembered[id(event)] = _Remembered(event, None, size, loop)
        self._bytes += size
        self._actions.add(decision.candidates)
        self._forget_oldest()

    def save_settlement(self, event: PendingEvent, settlement: Settlement) -> None:
        """Remember how a decision that is remembered has settled."""
        remembered = self._remembered.get(id(event))
        if remembered is None:
            return
        remembered.settlement = settlement
        size = _REWARD_BYTES * len(event.rewards)
        remembered.bytes += size
        self._bytes += size
        self._forget_oldest()

    def forget(self, loop: int) -> None:
        """Forget the events of a loop: the next of that number is another."""
        for key in [key for key, one in self._remembered.items() if one.loop == loop]:
            self._drop(self._remembered.pop(key))

    def clear(self) -> None:
        """Forget everything."""
        self._remembered.clear()
        self._actions = SharedActions()
        self._bytes = 0

    def _forget_oldest(self) -> None:
        while self._remembered and (
            len(self._remembered) > MAX_DECISIONS or self._bytes + self._actions.bytes > self._limit
        ):
            self._drop(self._remembered.popitem(last=False)[1])

    def _drop(self, forgotten: _Remembered) -> None:
        self._bytes -= forgotten.bytes
        self._actions.remove(forgotten.event.decision.candidates)


class _RecordingStore:
    """A store that records what is saved in it."""

    def __init__(self, history: DecisionHistory, store: Store, loop: int) -> None:
        self._history = history
        self._store = store
        self._loop = loop

    def save_decision(self, event: PendingEvent) -> None:
        self._history.save_decision(event, self._loop)
        self._store.save_decision(event)

    def save_observation(
        self, observation: Observation, event: PendingEvent | None, *, is_dropped: bool = False
    ) -> bool:
        return self._store.save_observation(observation, event, is_dropped=is_dropped)

    def took_early(self, event_id: str) -> None:
        self._store.took_early(event_id)

    def absorbs(self, event_id: str, reward: float | None) -> bool:
        return self._store.absorbs(event_id, reward)

    def knows(self, event_id: str) -> bool:
        return self._store.knows(event_id)

    def newest_slot(self, event_id: str) -> int:
        return self._store.newest_slot(event_id)

    def save_settlement(self, event: PendingEvent, settlement: Settlement) -> None:
        self._history.save_settlement(event, settlement)
        self._store.save_settlement(event, settlement)

    def history(self, since: datetime) -> Iterator[PendingEvent]:
        return self._store.history(since)

    def save_state(self, state: LoopState) -> None:
        self._store.save_state(state)

    def wants_checkpoint(self, trained_events: int) -> bool:
        return self._store.wants_checkpoint(trained_events)

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        self._store.checkpoint(checkpoint)
