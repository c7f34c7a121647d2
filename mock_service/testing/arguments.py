"""What a test writes, in the forms that are easy to write, turned into what the service takes."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mock_service.rest.schemas import RankableAction

_DURATION = TypeAdapter(timedelta)
_ACTION = TypeAdapter(RankableAction)


def parse_step(step: timedelta | str) -> timedelta:
    """Return a duration.

    Raises:
        ValueError: it is not written as ISO 8601 writes durations, or it is negative.
    """
    try:
        duration = _DURATION.validate_python(step)
    except (ValidationError, OverflowError) as error:
        raise ValueError(f"expected a duration like 'PT10M' or 'P1D', got {step!r}") from error
    if duration < timedelta():
        raise ValueError(f"time only moves forward, and the duration is {step!r}")
    return duration


def to_context_features(
    context: Mapping[str, Any] | Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return context features as a list of objects; one object may stand for itself."""
    if isinstance(context, Mapping):
        return [dict(context)]
    return [dict(features) for features in context]


def to_rankable_action(action: Mapping[str, Any] | str) -> RankableAction | str:
    """Return an action as a rank request has it; an id stays an id.

    Raises:
        ValueError: it has no id, or no list of features.
    """
    if isinstance(action, str):
        return action
    try:
        return _ACTION.validate_python(dict(action))
    except ValidationError as error:
        raise ValueError("an action is an id, or has an 'id' and a list of 'features'") from error
