"""Which slots an event has: one activation is for all of them."""

from datetime import datetime

from mock_service.loop.early import EarlyObservations, never_late
from mock_service.loop.events import Observation
from mock_service.loop.joining import Joiner
from mock_service.loop.slots import SEPARATOR, slot_event_id


class SlotsWaiting:
    """The slots of the multi-slot events whose wait is not over, oldest event first."""

    def __init__(self, joiner: Joiner) -> None:
        """Begin with what `joiner` already waits for."""
        self._joiner = joiner
        self._slots: dict[str, list[str]] = {}
        self._early = EarlyObservations(joiner.early.budget)
        for id_ in joiner.waiting_ids():
            event_id, separator, slot_id = id_.rpartition(SEPARATOR)
            if separator:
                self._slots.setdefault(event_id, []).append(slot_id)

    def ranked(self, event_id: str, slot_ids: list[str], at: datetime) -> bool:
        """Note an event's slots; return whether its activation has arrived already."""
        self._forget_settled()
        self._slots.pop(event_id, None)
        self._slots[event_id] = slot_ids
        return bool(self._early.take(event_id, at))

    def to_activate(self, event_id: str, at: datetime) -> list[str]:
        """Return the event ids of an event's slots that wait; none while it is not ranked.

        Raises:
            ServiceProblem: it is not, and there is no room to remember it.
        """
        ids = [slot_event_id(event_id, slot_id) for slot_id in self._slots.get(event_id, ())]
        waiting = [id_ for id_ in ids if self._joiner.waits_for(id_)]
        if not waiting:
            self._keep_early(event_id, at)
        return waiting

    def _keep_early(self, event_id: str, at: datetime) -> None:
        activation = Observation(event_id, at, None)
        self._early.take(event_id, at)  # one is as good as many
        self._early.check_room(activation, never_late)
        self._early.keep(activation)

    def _forget_settled(self) -> None:
        """Let go of the oldest events that nobody waits for."""
        while self._slots:
            event_id, slot_ids = next(iter(self._slots.items()))
            if any(self._joiner.waits_for(slot_event_id(event_id, slot)) for slot in slot_ids):
                return
            del self._slots[event_id]
