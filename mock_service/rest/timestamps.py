"""Timestamps on the wire."""

from datetime import UTC, datetime


def format_timestamp(timestamp: datetime) -> str:
    """Return a timestamp as RFC 3339 in UTC, with a Z and no more digits than it needs."""
    return timestamp.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
