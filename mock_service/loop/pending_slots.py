"""Which slots an event has: one activation is for all of them."""

from datetime import datetime
from functools import cache

from mock_service.errors import ApiError
from mock_service.loop.events import Observation
from mock_service.loop.joining import Joiner
from mock_service.loop.protocols import EventStore
from mock_service.loop.slots import SEPARATOR, page_event_id, read_slot, slot_event_id


class PendingSlots:
    """The slots of the multi-slot events whose wait is not over, oldest event first."""

    def __init__(self, joiner: Joiner, store: EventStore) -> None:
        """Begin with what `joiner` already waits for: of each event what was ranked last."""
        self._joiner, self._store = joiner, store
        self._slots: dict[str, list[str]] = {}
        newest = cache(store.newest_slot)
        for event in joiner.waiting():
            id_ = event.decision.event_id
            event_id, _, slot_id = id_.rpartition(SEPARATOR)
            slot = read_slot(id_, event.decision.context)
            if slot is not None and newest(event_id) < event.number - slot.number + slot.of:
                self._slots.setdefault(event_id, []).append(slot_id)

    def add(self, event_id: str, slot_ids: list[str], at: datetime) -> bool:
        """Note an event's slots; return whether its activation has arrived already."""
        self._forget_settled()
        self._slots.pop(event_id, None)
        self._slots[event_id] = slot_ids
        page = page_event_id(event_id)
        if page not in self._joiner.early:
            return False
        self._store.took_early(page)
        return bool(self._joiner.early.take(page, at))

    def slot_event_ids(self, event_id: str, at: datetime) -> list[str]:
        """Return the event ids of an event's slots that wait; none while it is not ranked.

        Raises:
            ApiError: it is not, and there is no room to remember it.
        """
        ids = [slot_event_id(event_id, slot_id) for slot_id in self._slots.get(event_id, ())]
        waiting = [id_ for id_ in ids if self._joiner.waits_for(id_)]
        if not waiting:
            activation = Observation(page_event_id(event_id), at, None)
            self._joiner.keep_early(activation)
            self._store.save_observation(activation, None)
        return waiting

    def slot_event_id(self, event_id: str, slot: str | int | None) -> str:
        """Return the event id of a slot that a client names by its id, or by its place from 0.

        Raises:
            ApiError: it names none, or a place of an event that is not here.
        """
        if isinstance(slot, str):
            return slot_event_id(event_id, slot)
        known = self._slots.get(event_id, ())
        if slot is None or not 0 <= slot < len(known):
            raise ApiError(
                "InvalidRewardRequest",
                "A reward of a multi-slot event should name its slot, by id or, once the event "
                f"is here, by its place: got {slot!r} for an event with {len(known)} slots.",
            )
        return slot_event_id(event_id, known[slot])

    def _forget_settled(self) -> None:
        """Remove the oldest events that are not waited for."""
        while self._slots:
            event_id, slot_ids = next(iter(self._slots.items()))
            if any(self._joiner.waits_for(slot_event_id(event_id, slot)) for slot in slot_ids):
                return
            del self._slots[event_id]
