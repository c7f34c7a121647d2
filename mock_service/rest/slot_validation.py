"""From a multi-slot rank body to its request, or to what is wrong with it."""

from collections.abc import Callable

from mock_service.loop.slots import Slot, SlotsRequest
from mock_service.rest.ids import is_printable
from mock_service.rest.schemas import MAX_ID_LENGTH, SlotBody, SlotsRankRequestBody
from mock_service.rest.validation import (
    invalid,
    parse_event_id,
    to_action,
    to_context_json,
    validate_features,
)
from mock_service.wire import MAX_ACTIONS


def slots_request(body: SlotsRankRequestBody, new_event_id: Callable[[], str]) -> SlotsRequest:
    """Return what `body` asks; `new_event_id` is called when it names no event.

    Raises:
        ApiError: InvalidRankRequest, with what is wrong.
    """
    event_id = parse_event_id(body.event_id, new_event_id)
    if not 1 <= len(body.actions) <= MAX_ACTIONS:
        raise invalid(f"Action count should be between 1 and {MAX_ACTIONS}.")
    actions = tuple([to_action(action) for action in body.actions])
    ids = [action.id for action in actions]
    if len(set(ids)) < len(ids):
        raise invalid("Action ids should be unique.")
    if not 1 <= len(body.slots) <= len(actions):
        raise invalid("Slots count should be between 1 and the number of actions.")
    slots = tuple([_slot(slot, frozenset(ids)) for slot in body.slots])
    _check_unique([slot.id for slot in slots], "Slot ids should be unique.")
    _check_unique([slot.baseline for slot in slots], "Baseline actions should be unique.")
    context = to_context_json(body.context_features or [])
    return SlotsRequest(event_id, context, actions, slots, bool(body.defer_activation))


def _slot(slot: SlotBody | None, actions: frozenset[str]) -> Slot:
    if slot is None:
        raise invalid("Slots contains null value.")
    if not slot.id:
        raise invalid("Slot ids must not be empty.")
    if len(slot.id) > MAX_ID_LENGTH or not is_printable(slot.id):
        raise invalid(f"Slot ids should have at most {MAX_ID_LENGTH} printable characters.")
    excluded = frozenset(slot.excluded_actions or ())
    if not excluded <= actions:
        raise invalid("All excluded action ID's must have corresponding action ID.")
    if slot.baseline_action not in actions:
        raise invalid(f"The baseline action of slot {slot.id!r} should be one of the actions.")
    if slot.baseline_action in excluded:
        raise invalid(f"The baseline action of slot {slot.id!r} should not be excluded there.")
    features = [feature for feature in slot.features or [] if feature is not None]
    return Slot(slot.id, validate_features(features), slot.baseline_action, excluded)


def _check_unique(values: list[str], message: str) -> None:
    if len(set(values)) < len(values):
        raise invalid(message)
