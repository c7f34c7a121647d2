"""The pieces every table of a scenario file is made of: names, shares, durations, features."""

import re
from datetime import timedelta
from math import isfinite
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    WithJsonSchema,
)

_UNITS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_DURATION = re.compile("".join(rf"(?:(\d+(?:\.\d+)?){unit})?" for unit in _UNITS), re.ASCII)
_CONTROL = r"[\x00-\x1f\x7f-\x9f]"
_HOOK = r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*"
_MAX_LENGTH = timedelta(days=36_500)
_LARGEST_FEATURE = 1e19
"""Every whole number of 64 bits; a product of a few of them is still a number."""
LARGEST_AMOUNT = 1e12
"""Sums of squares of this, over as many visits as a run can have, are still numbers."""


class Table(BaseModel):
    """A table of the file: no other keys than these."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def parse_duration(value: object) -> timedelta:
    """Return a duration from a text like ``90s``, ``10m``, ``2h30m`` or ``1d``.

    Raises:
        ValueError: it is no such text, or longer than a century.
    """
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if found is None:
        raise ValueError(f"expected a duration like 90s, 10m, 2h30m or 1d, got {value!r}")
    parts = zip(found.groups(), _UNITS.values(), strict=True)
    seconds = sum(float(number or 0) * size for number, size in parts)
    if seconds > _MAX_LENGTH.total_seconds():
        raise ValueError(f"expected a duration of at most a century, got {value!r}")
    return timedelta(seconds=seconds)


def parse_positive_duration(text: str) -> timedelta:
    """Return a duration above 0 from a text as `parse_duration` takes it.

    Raises:
        ValueError: it is no such text, 0, or longer than a century.
    """
    duration = parse_duration(text)
    if not duration:
        raise ValueError(f"expected a duration above 0s, got {text}")
    return duration


def _feature_value(value: object) -> object:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int | float) and -_LARGEST_FEATURE <= value <= _LARGEST_FEATURE:
        return value
    if isinstance(value, int | float) and isfinite(value):
        raise ValueError(f"expected a number within {_LARGEST_FEATURE:.0e}, got {value!r}")
    raise ValueError(f"expected a text, a finite number, true or false, got {value!r}")


FeatureValue = Annotated[
    Any,
    AfterValidator(_feature_value),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
FeatureName = Annotated[str, Field(min_length=1)]
Features = dict[FeatureName, FeatureValue]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Amount = Annotated[FiniteFloat, Field(strict=True, ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT)]


def _name(value: str) -> str:
    if found := re.search(_CONTROL, value):
        raise ValueError(f"expected a name without control characters, got {found[0]!r} in it")
    return value


Name = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_name)]
"""Ids are limited to 256 characters by the service's contract, and hold no control characters."""
DURATION_SCHEMA = {"type": "string", "pattern": r"^(\d+(\.\d+)?[dhms])+$"}
Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    WithJsonSchema(DURATION_SCHEMA),
]
"""A length of time, written like ``90s``, ``10m``, ``2h30m`` or ``1d``."""


def _hook(value: str) -> str:
    if not re.fullmatch(_HOOK, value, re.ASCII):
        raise ValueError(f"expected a Python function as module:object, got {value!r}")
    return value


Hook = Annotated[
    str, AfterValidator(_hook), WithJsonSchema({"type": "string", "pattern": f"^{_HOOK}$"})
]
"""A Python object, as ``module:object``; the module may lie beside the scenario file."""


def by_key(*keys: str) -> Discriminator:
    """Tell the kinds of a table apart by the key that only one kind has."""

    def kind(table: object) -> str | None:
        found = table if isinstance(table, dict) else ()
        return next((f"<{key}>" for key in keys if key in found), None)

    return Discriminator(
        kind,
        custom_error_type="kind",
        custom_error_message=f"expected a table with one of the keys {', '.join(keys)}",
    )


Weight = Annotated[FiniteFloat, Field(ge=0, le=LARGEST_AMOUNT)]


def check_some_weight(weights: list[float], wrong: str) -> None:
    """Refuse weights that leave nothing to divide by."""
    if sum(weights) < 1 / LARGEST_AMOUNT:
        raise ValueError(wrong)


def check_rising(bounds: tuple[float, float]) -> None:
    """Refuse a range whose ends are the wrong way round."""
    low, high = bounds
    if low > high:
        raise ValueError(f"expected the lower end first, got {list(bounds)}")
