"""Letting go of logs: what is older than a loop keeps, or all of it."""

from datetime import datetime

from mock_service.storage.codec import to_moment, to_number
from mock_service.storage.ledger import Ledger

_EVENTS = """DELETE FROM events WHERE loop = :loop AND settled IS NOT NULL AND number <
    coalesce((SELECT number FROM events WHERE loop = :loop AND at >= :before
        ORDER BY number LIMIT 1), 9e18)"""
_OBSERVATIONS = """DELETE FROM observations WHERE loop = :loop AND at < :before AND
    (number IS NULL OR NOT EXISTS
        (SELECT 1 FROM events WHERE loop = :loop AND number = observations.number))"""
_TEXTS = """DELETE FROM texts WHERE loop = :loop AND id NOT IN
    (SELECT actions FROM events WHERE loop = :loop) AND id <
    (SELECT max(id) FROM texts WHERE loop = :loop) - 256"""


def forget_before(ledger: Ledger, loop: int, before: datetime) -> None:
    """Let go of settled events decided before a moment, with all that was observed of them.

    The texts of a loop's latest actions stay: the next decision may refer to them.
    """
    for statement in (_EVENTS, _OBSERVATIONS, _TEXTS):
        ledger.write(statement, {"loop": loop, "before": to_number(before)})
    ledger.write("PRAGMA incremental_vacuum(1000)", ())


def log_range(ledger: Ledger, loop: int) -> tuple[datetime, datetime] | None:
    """Return when the first and the last event in the log were decided; None without any."""
    first, last = ledger.query(
        """SELECT (SELECT at FROM events WHERE loop = :loop AND settled IS NOT NULL
                ORDER BY number LIMIT 1),
            (SELECT at FROM events WHERE loop = :loop AND settled IS NOT NULL
                ORDER BY number DESC LIMIT 1)""",
        {"loop": loop},
    ).fetchone()
    return None if first is None else (to_moment(first), to_moment(last))
