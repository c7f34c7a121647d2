"""What was asked of a loop's log, and what was found: evaluations and feature importances."""

import sqlite3
from dataclasses import dataclass

from mock_service.storage.commit_queue import CommitQueue

RUNNING = "running"
"""The status of what is not answered yet; those that are left over are answered at next start."""

_COLUMNS = "sequence, loop, kind, id, created, automatic, asked, status, found"


@dataclass(frozen=True, slots=True)
class JobRow:
    """A row: ``created`` in microseconds since 1970, what was ``asked`` and ``found`` as text."""

    sequence: int
    loop: int
    kind: str
    id: str
    created: int
    automatic: bool
    asked: str
    status: str
    found: str


def add_job(queue: CommitQueue, kept: JobRow) -> None:
    """Keep a new inquiry; its ``sequence`` is given here."""
    queue.write(
        "INSERT INTO inquiries (loop, kind, id, created, automatic, asked, status, found)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            kept.loop,
            kept.kind,
            kept.id,
            kept.created,
            int(kept.automatic),
            kept.asked,
            kept.status,
            kept.found,
        ),
    )


def finish_job(queue: CommitQueue, sequence: int, status: str, found: str) -> None:
    """Keep how an inquiry ended; one that was deleted meanwhile stays so."""
    queue.write(
        "UPDATE inquiries SET status = ?, found = ? WHERE sequence = ?", (status, found, sequence)
    )


def remove_job(queue: CommitQueue, loop: int, kind: str, id_: str) -> None:
    """Forget an inquiry."""
    queue.write("DELETE FROM inquiries WHERE loop = ? AND kind = ? AND id = ?", (loop, kind, id_))


def keep_latest_automatic(queue: CommitQueue, loop: int, count: int) -> None:
    """Delete all but the latest automatic jobs of a loop."""
    queue.write(
        """DELETE FROM inquiries WHERE loop = :loop AND automatic AND sequence NOT IN
            (SELECT sequence FROM inquiries WHERE loop = :loop AND automatic
                ORDER BY sequence DESC LIMIT :count)""",
        {"loop": loop, "count": count},
    )


def list_jobs(queue: CommitQueue, loop: int, kind: str) -> list[JobRow]:
    """Return a loop's inquiries of one kind, the latest first."""
    where = "loop = ? AND kind = ? ORDER BY created DESC, sequence DESC"
    return [_to_job_row(row) for row in _rows(queue, where, (loop, kind))]


def count_inquiries(queue: CommitQueue, loop: int) -> int:
    """Return how many inquiries a loop has."""
    sql = "SELECT count(*) FROM inquiries WHERE loop = ?"
    (count,) = queue.query(sql, (loop,)).fetchone()
    return int(count)


def find_job(queue: CommitQueue, loop: int, kind: str, id_: str) -> JobRow | None:
    """Return one inquiry, if there is such."""
    row = _rows(queue, "loop = ? AND kind = ? AND id = ?", (loop, kind, id_)).fetchone()
    return None if row is None else _to_job_row(row)


def next_running_job(queue: CommitQueue) -> JobRow | None:
    """Return what has waited longest for its answer."""
    row = _rows(queue, "status = 'running' ORDER BY sequence LIMIT 1", ()).fetchone()
    return None if row is None else _to_job_row(row)


def job_exists(queue: CommitQueue, sequence: int) -> bool:
    """Return whether a job is still stored."""
    return _rows(queue, "sequence = ?", (sequence,)).fetchone() is not None


def latest_automatic(queue: CommitQueue, loop: int) -> int | None:
    """Return when a loop was last optimised automatically."""
    row = _rows(queue, "loop = ? AND automatic ORDER BY created DESC LIMIT 1", (loop,)).fetchone()
    return None if row is None else _to_job_row(row).created


def _rows(queue: CommitQueue, where: str, parameters: tuple[object, ...]) -> sqlite3.Cursor:
    return queue.query(f"SELECT {_COLUMNS} FROM inquiries WHERE {where}", parameters)


def _to_job_row(row: tuple[int, int, str, str, int, int, str, str, str]) -> JobRow:
    sequence, loop, kind, id_, created, automatic, asked, status, found = row
    return JobRow(sequence, loop, kind, id_, created, bool(automatic), asked, status, found)
