"""Letting go of logs: what is older than a loop keeps, or all of it."""

from datetime import datetime, timedelta

from mock_service.loop.early import EARLY_WINDOW
from mock_service.loop.loop_stats import LoopStats
from mock_service.storage.codec import from_microseconds, to_microseconds
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.counting import keep_counts

_EVENTS = """DELETE FROM events WHERE loop = :loop AND settled IS NOT NULL AND number <
    coalesce((SELECT number FROM events WHERE loop = :loop AND at >= :before
        ORDER BY number LIMIT 1), 9e18)"""
_OBSERVATIONS = """DELETE FROM observations WHERE loop = :loop AND at < :before AND
    CASE WHEN number IS NULL THEN at < :early ELSE NOT EXISTS
        (SELECT 1 FROM events WHERE loop = :loop AND number = observations.number) END"""
_TEXTS = """DELETE FROM texts WHERE loop = :loop AND id NOT IN
    (SELECT actions FROM events WHERE loop = :loop)"""


def delete_before(
    queue: CommitQueue, loop: int, before: datetime, now: datetime, counts: LoopStats
) -> None:
    """Let go of settled events decided before a moment, with all that was observed of them.

    What may still be joined stays, and so do the loop's numbering and its `counts`, which a
    restart could not find again. The models have to be kept before: what taught them is gone.

    Raises:
        StorageFailed: it could not be written.
    """
    keep, remain = keep_counts(loop, to_microseconds(now), counts)
    early = to_microseconds(now) - EARLY_WINDOW // timedelta.resolution
    bounds = {"loop": loop, "before": to_microseconds(before), "early": early}
    queue.cuts += 1
    cut = [(statement, bounds) for statement in (_EVENTS, _OBSERVATIONS, _TEXTS)]
    queue.write_now([keep, *cut, remain])
    queue.write("PRAGMA incremental_vacuum(1000)", ())


def holds_before(queue: CommitQueue, loop: int, before: datetime) -> bool:
    """Return whether there is anything to let go of."""
    bounds = (loop, to_microseconds(before))
    events = "SELECT 1 FROM events WHERE loop = ? AND settled IS NOT NULL AND at < ? LIMIT 1"
    observations = "SELECT 1 FROM observations WHERE loop = ? AND at < ? LIMIT 1"
    return any(queue.query(sql, bounds).fetchone() for sql in (events, observations))


def log_range(queue: CommitQueue, loop: int) -> tuple[datetime, datetime] | None:
    """Return when the first and the last event in the log were decided; None without any."""
    first, last = queue.query(
        """SELECT (SELECT at FROM events WHERE loop = :loop AND settled IS NOT NULL
                ORDER BY number LIMIT 1),
            (SELECT at FROM events WHERE loop = :loop AND settled IS NOT NULL
                ORDER BY number DESC LIMIT 1)""",
        {"loop": loop},
    ).fetchone()
    return None if first is None else (from_microseconds(first), from_microseconds(last))
