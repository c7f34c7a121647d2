"""Multi-slot ranks: several places on a page, and an action for each of them.

Each slot of an event is a decision of its own, whose event id names the event and the slot: so it
waits, is rewarded, aggregated and settled like any other. Its context holds the slot at its end,
under a name that no feature has. A client may use that name all the same, so the item counts only
where the event id is of our own making and the item is well-formed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mock_service.loop.decision import Action, Decision, RankRequest
from mock_service.loop.slot_assignment import SlotAssignment

SLOT_KEY = "_slot"
"""Under this name the last item of a context says which slot it is about."""
SEPARATOR = "\x1f"
"""Stands between the event's id and the slot's; no id that a client sends may hold it."""
MAX_SLOTS = 50


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


@dataclass(frozen=True, slots=True)
class SlotContext:
    """A context, and the slot it is about: the ``number``-th, from 0, of ``of`` slots.

    ``baseline`` is the id of the action the application would show without a Personalizer, if that
    is not the first of the decision's actions; it is empty where that is not known.
    """

    context: list[Any]
    id: str
    number: int
    of: int
    features: list[Any]
    baseline: str | None = None


def rank_slots(
    request: SlotsRequest, rank: Callable[[RankRequest], Decision]
) -> tuple[tuple[str, str], ...]:
    """Fill the slots in their order; return each slot's id with its action's.

    ``rank`` is asked once for each slot, about the actions that may still go there.
    """
    indices = {action.id: index for index, action in enumerate(request.actions)}
    filling = SlotAssignment(
        [_allowed_indices(slot, indices) for slot in request.slots],
        [indices[slot.baseline] for slot in request.slots],
    )
    answer = []
    for number, slot in enumerate(request.slots):
        decision = rank(_slot_request(request, number, filling.eligible(number)))
        filling.take(number, indices[decision.chosen.id])
        answer.append((slot.id, decision.chosen.id))
    return tuple(answer)


def slot_event_id(event_id: str, slot_id: str) -> str:
    """Return the event id of one slot's decision."""
    return f"{event_id}{SEPARATOR}{slot_id}"


def page_event_id(event_id: str) -> str:
    """Return the id under which an activation waits for a multi-slot event to be ranked."""
    return f"{event_id}{SEPARATOR}{SEPARATOR}"


def read_slot(event_id: str, context: str) -> SlotContext | None:
    """Return the slot that an event of this id and context is about; None for an ordinary one."""
    return parse_slot(json.loads(context)) if SEPARATOR in event_id else None


def parse_slot(items: object) -> SlotContext | None:
    """Return the slot that the last item of a context names; None where it names none."""
    last = items[-1] if isinstance(items, list) and items else None
    slot = last.get(SLOT_KEY) if isinstance(last, dict) else None
    if not isinstance(items, list) or not isinstance(slot, dict) or not _is_slot(slot):
        return None
    return SlotContext(
        items[:-1],
        slot.get("id", ""),
        slot["number"],
        slot["of"],
        slot["features"],
        slot.get("baseline"),
    )


def write_slot(slot: SlotContext) -> str:
    """Return the context with the slot as its last item, as text."""
    about = {"id": slot.id, "number": slot.number, "of": slot.of, "features": slot.features}
    if slot.baseline is not None:
        about["baseline"] = slot.baseline
    return json.dumps([*slot.context, {SLOT_KEY: about}], separators=(",", ":"))


def _allowed_indices(slot: Slot, indices: dict[str, int]) -> list[int]:
    return [index for action, index in indices.items() if action not in slot.excluded]


def _slot_request(request: SlotsRequest, number: int, eligible: tuple[int, ...]) -> RankRequest:
    """Return what to ask about one slot.

    The baseline comes first while it is to be had: that is where a loop looks for it.
    """
    slot = request.slots[number]
    actions = [request.actions[index] for index in eligible]
    actions.sort(key=lambda action: action.id != slot.baseline)
    return RankRequest(
        slot_event_id(request.event_id, slot.id),
        _slot_context(request, number),
        tuple(actions),
        deferred=request.deferred,
    )


def _slot_context(request: SlotsRequest, number: int) -> str:
    """Return the context with the slot as its last item."""
    slot, context = request.slots[number], json.loads(request.context)
    features = json.loads(slot.features)
    return write_slot(SlotContext(context, slot.id, number, len(request.slots), features))


def _is_slot(slot: dict[str, Any]) -> bool:
    number, of, features = slot.get("number"), slot.get("of"), slot.get("features")
    return (
        isinstance(slot.get("id", ""), str)
        and isinstance(slot.get("baseline", ""), str)
        and type(number) is int  # True is no number
        and type(of) is int
        and 0 <= number < of <= MAX_SLOTS
        and isinstance(features, list)
        and all(isinstance(item, dict) for item in features)
    )
