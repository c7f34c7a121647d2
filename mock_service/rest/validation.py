"""From a rank body to a rank request, or to the service's own words for what is wrong with it."""

from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from typing import Any

from pydantic_core import from_json, to_json

from mock_service.errors import ApiError
from mock_service.loop.decision import Action, RankRequest
from mock_service.rest.ids import is_printable
from mock_service.rest.schemas import RankableAction, RankRequestBody
from mock_service.short_cache import short_cache
from mock_service.wire import MAX_ACTIONS

_NUMBERS = frozenset({float, int})
MAX_DEPTH = 16
"""How deep features may nest; the service documents one level of namespaces."""
_MAX_CACHED_LENGTH = 2**14
"""Characters of features that are remembered as checked: what is long is hardly ever repeated."""
_MAX_CACHED_TOGETHER = 2**19


def rank_request(body: RankRequestBody, new_event_id: Callable[[], str]) -> RankRequest:
    """Return what `body` asks; `new_event_id` is called when it names no event.

    Raises:
        ApiError: InvalidRankRequest, with the service's message.
    """
    event_id = parse_event_id(body.event_id, new_event_id)
    if not 1 <= len(body.actions) <= MAX_ACTIONS:
        raise invalid(f"Action count should be between 1 and {MAX_ACTIONS}.")
    actions = share_actions(tuple([to_action(action) for action in body.actions]))
    excluded = frozenset(body.excluded_actions or ())
    return RankRequest(
        event_id,
        to_context_json(body.context_features or []),
        actions,
        excluded,
        bool(body.defer_activation),
    )


def parse_event_id(sent: str | None, new_event_id: Callable[[], str]) -> str:
    """Return the event id that was sent, or a new one."""
    if sent == "":
        raise invalid("EventId should be non-empty or null.")
    if sent is not None and not is_printable(sent):
        raise invalid("EventId should have no control characters.")
    return sent or new_event_id()


def to_context_json(features: list[Any]) -> str:
    """Return context features as text."""
    if None in features:
        raise invalid("Context features contains null value.")
    return validate_features(features)


def to_action(action: RankableAction | None) -> Action:
    """Return an action with its features as text."""
    if action is None:
        raise invalid("Actions contains null value.")
    if not action.id:
        raise invalid("Action ids must not be empty.")
    features = action.features
    if None in features:
        features = [feature for feature in features if feature is not None]
    if not features:
        raise invalid("Every action should have at least one non-null action feature.")
    text = validate_features(features)
    if not _has_feature(text):
        raise invalid("Every action should have at least one non-null action feature.")
    return (_action if len(text) <= _MAX_CACHED_LENGTH else Action)(action.id, text)


def _has_feature(features: str) -> bool:
    """Return whether any of an action's features is there; most texts end with one that is."""
    if len(features) > _MAX_CACHED_LENGTH:
        return True
    return _holds_value(features)


@lru_cache(maxsize=1024)
def _holds_value(features: str) -> bool:
    return any(value is not None for feature in from_json(features) for value in feature.values())


@lru_cache(maxsize=1024)
def _action(id_: str, features: str) -> Action:
    """Return one and the same object for the same action: most requests repeat them."""
    return Action(id_, features)


def share_actions(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return one and the same object for the same actions, so that what is known is found."""
    length = sum([len(action.features) for action in actions])
    return actions if length > _MAX_CACHED_TOGETHER else _intern_actions(actions)


@lru_cache(maxsize=64)
def _intern_actions(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    return actions


def validate_features(features: list[Any]) -> str:
    """Return features as text, if the service would take them."""
    text = to_json(features).decode()
    _check_features(text)
    return text


@short_cache(1024)
def _check_features(text: str) -> None:
    """Check features once for each text: clients send the same actions again and again."""
    check_parsed(from_json(text))


def check_parsed(features: list[Any]) -> None:
    """Accept features, read from JSON, that the service would take.

    Raises:
        ApiError: InvalidRankRequest, with the service's message.
    """
    for feature in features:
        if not isinstance(feature, dict):
            raise invalid("Features are not in key value pair format.")
        _check_namespace(feature, MAX_DEPTH)


def _check_namespace(namespace: dict[str, Any], depth: int) -> None:
    if not depth:
        raise invalid(f"Features should not be nested deeper than {MAX_DEPTH} levels.")
    if "" in namespace:
        raise invalid("Context features and action features cannot use the empty string as an id.")
    for value in namespace.values():
        if isinstance(value, dict):
            _check_namespace(value, depth - 1)
        elif isinstance(value, list):
            _check_array(value)
        elif isinstance(value, float | int):
            _check_number(value)


def _check_array(values: list[Any]) -> None:
    if not set(map(type, values)) <= _NUMBERS:
        raise invalid("Features should not contain array with non-number items.")
    for value in values:
        _check_number(value)


def _check_number(value: float) -> None:
    """Refuse what no double can hold; a Python integer may be longer than that."""
    try:
        finite = isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise invalid("Features should be finite numbers.")


def invalid(message: str) -> ApiError:
    """Return the problem of a rank request, single-slot or multi-slot."""
    return ApiError("InvalidRankRequest", message)
