"""Durations on the wire: ISO 8601, as ``PT10M`` or ``P28D``."""

from datetime import timedelta
from typing import Annotated

from pydantic import (
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

_DURATIONS = TypeAdapter(timedelta)


def format_duration(length: timedelta) -> str:
    """Return a duration as ISO 8601."""
    return str(_DURATIONS.dump_python(length, mode="json"))


def _parse_in_range(value: object, parse: ValidatorFunctionWrapHandler) -> timedelta:
    """Return what `parse` makes of it; what no timedelta can hold becomes the longest one."""
    try:
        parsed: timedelta = parse(value)
    except OverflowError:
        return timedelta.min if str(value).strip().startswith("-") else timedelta.max
    except ValidationError as error:
        if _TOO_LONG not in error.errors(include_url=False)[0]["msg"]:
            raise
        return timedelta.max
    return parsed


_TOO_LONG = "durations may not exceed"
"""What pydantic says of some of them, where it does not fail."""


def _parse_text_in_range(value: object, parse: ValidatorFunctionWrapHandler) -> timedelta:
    if not isinstance(value, str):
        raise PydanticCustomError("time_delta_type", "Input should be a valid timedelta")
    return _parse_in_range(value, parse)


LaxDuration = Annotated[timedelta, WrapValidator(_parse_in_range)]
"""A duration in a body; pydantic alone ends in an OverflowError instead of an answer."""
Duration = Annotated[timedelta, Field(strict=False), WrapValidator(_parse_text_in_range)]
"""The same as the contract has it: ISO 8601 and nothing else."""
