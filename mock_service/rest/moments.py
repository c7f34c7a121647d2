"""Moments on the wire."""

from datetime import UTC, datetime


def format_timestamp(at: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, with a Z and no more digits than it needs."""
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
