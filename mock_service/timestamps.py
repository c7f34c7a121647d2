"""Absolute times: in UTC, and as text in RFC 3339."""

from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where the count of stored timestamps begins."""


def to_utc(timestamp: datetime) -> datetime:
    """Return a timestamp in UTC; one without a zone is in UTC already.

    Raises:
        OverflowError: in UTC it is before the year 1 or after 9999.
    """
    return timestamp.replace(tzinfo=UTC) if timestamp.tzinfo is None else timestamp.astimezone(UTC)


def format_timestamp(timestamp: datetime, timespec: str = "auto") -> str:
    """Return a timestamp as RFC 3339 in UTC, with a Z, as exact as `timespec` of isoformat says.

    ``auto`` writes microseconds where there are any, and otherwise seconds.
    """
    return timestamp.astimezone(UTC).isoformat(timespec=timespec).removesuffix("+00:00") + "Z"
