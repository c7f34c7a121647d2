"""Durations on the wire: ISO 8601, as ``PT10M`` or ``P28D``."""

from datetime import timedelta

from pydantic import TypeAdapter

_DURATIONS = TypeAdapter(timedelta)


def duration(length: timedelta) -> str:
    """Return a duration as ISO 8601."""
    return str(_DURATIONS.dump_python(length, mode="json"))
