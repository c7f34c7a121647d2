"""Rows under a number that is no loop: what a restore is bringing in, or has replaced.

They are listed in the settings as long as they are there, so that a server that was killed on the
way leaves none behind for ever.
"""

from collections.abc import Iterator

from mock_service.storage.batch import Statement
from mock_service.storage.commit_queue import CommitQueue

LOOP_TABLES = {
    "models": "loop",
    "texts": "loop, id",
    "events": "loop, number",
    "observations": "sequence",
    "inquiries": "sequence",
    "forgotten": "loop",
    "looks": "loop",
    "uncertain": "id",
}
"""What is kept of a loop under its number, by table, with the table's key."""

_PREFIX = "discard:"
_ROWS = 1_000


def discarded_loops(queue: CommitQueue) -> list[int]:
    """Return the numbers under which there may be rows of no loop."""
    rows = queue.query("SELECT name FROM settings WHERE name GLOB ?", (f"{_PREFIX}*",))
    return [int(name.removeprefix(_PREFIX)) for (name,) in rows]


def will_discard(number: int) -> Statement:
    """Return what says that rows under a number are no loop's."""
    return "REPLACE INTO settings VALUES (?, '')", (f"{_PREFIX}{number}",)


def keeps(number: int) -> Statement:
    """Return what says that rows under a number are a loop's, or gone."""
    return "DELETE FROM settings WHERE name = ?", (f"{_PREFIX}{number}",)


def discard_some(queue: CommitQueue, number: int) -> bool:
    """Delete some rows under a number; say whether there may be more."""
    for table, key in LOOP_TABLES.items():
        queue.flush()
        if queue.query(f"SELECT 1 FROM {table} WHERE loop = ? LIMIT 1", (number,)).fetchone():
            some = f"SELECT {key} FROM {table} WHERE loop = ? LIMIT {_ROWS}"
            queue.write(f"DELETE FROM {table} WHERE ({key}) IN ({some})", (number,))
            return True
    queue.write(*keeps(number))
    return False


def discard_all(queue: CommitQueue) -> None:
    """Delete what a server that was killed has left behind."""
    for number in discarded_loops(queue):
        for table in LOOP_TABLES:
            queue.write(f"DELETE FROM {table} WHERE loop = ?", (number,))
        queue.write(*keeps(number))
    queue.flush()


def in_chunks(statements: Iterator[Statement]) -> Iterator[list[Statement]]:
    """Yield statements in such numbers as can be committed between two requests."""
    chunk: list[Statement] = []
    for statement in statements:
        chunk.append(statement)
        if len(chunk) >= _ROWS:
            yield chunk
            chunk = []
    yield chunk
