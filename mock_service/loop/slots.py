"""Multi-slot ranks: several places on a page, and an action for each of them.

Each slot of an event is a decision of its own, whose event id names the event and the slot: so it
waits, is rewarded, aggregated and settled like any other. Its context holds the slot at its end,
under a name that is no feature.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from mock_service.loop.decision import Action, Decision, RankRequest
from mock_service.loop.slot_rules import SlotFilling

SLOT_KEY = "_slot"
"""Under this name the last item of a context says which slot it is about."""
SEPARATOR = "\x1f"
"""Stands between the event's id and the slot's; no slot id may hold it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill: its id, its features (a JSON array of objects, as text), and its rules.

    ``baseline`` is the id of the action the application would show without a Personalizer;
    ``excluded`` holds ids of actions that must not be shown there.
    """

    id: str
    features: str
    baseline: str
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SlotsRequest:
    """A question to the loop: which of these actions suits which of these slots best?

    Every slot's baseline is an action, allowed in the slot, and no other slot's baseline.
    """

    event_id: str
    context: str
    actions: tuple[Action, ...]
    slots: tuple[Slot, ...]
    deferred: bool = False


def rank_slots(
    request: SlotsRequest, rank: Callable[[RankRequest], Decision]
) -> tuple[tuple[str, str], ...]:
    """Fill the slots in their order; return each slot's id with its action's.

    ``rank`` is asked once for each slot, about the actions that may still go there.
    """
    places = {action.id: place for place, action in enumerate(request.actions)}
    filling = SlotFilling(
        [_allowed(slot, places) for slot in request.slots],
        [places[slot.baseline] for slot in request.slots],
    )
    answer = []
    for number, slot in enumerate(request.slots):
        decision = rank(_slot_request(request, number, filling.eligible(number)))
        filling.take(number, places[decision.chosen.id])
        answer.append((slot.id, decision.chosen.id))
    return tuple(answer)


def slot_event_id(event_id: str, slot_id: str) -> str:
    """Return the event id of one slot's decision."""
    return f"{event_id}{SEPARATOR}{slot_id}"


def _allowed(slot: Slot, places: dict[str, int]) -> list[int]:
    return [place for action, place in places.items() if action not in slot.excluded]


def _slot_request(request: SlotsRequest, number: int, eligible: tuple[int, ...]) -> RankRequest:
    """Return what to ask about one slot.

    The baseline comes first while it is to be had: that is where a loop looks for it.
    """
    slot = request.slots[number]
    actions = [request.actions[place] for place in eligible]
    actions.sort(key=lambda action: action.id != slot.baseline)
    return RankRequest(
        slot_event_id(request.event_id, slot.id),
        _slot_context(request, number),
        tuple(actions),
        deferred=request.deferred,
    )


def _slot_context(request: SlotsRequest, number: int) -> str:
    """Return the context with the slot as its last item."""
    slot = request.slots[number]
    about = {
        "id": slot.id,
        "number": number,
        "of": len(request.slots),
        "features": json.loads(slot.features),
    }
    return json.dumps([*json.loads(request.context), {SLOT_KEY: about}], separators=(",", ":"))
