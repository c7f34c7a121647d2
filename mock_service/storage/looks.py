"""When loops were last looked at to see whether their policy should be optimised."""

from mock_service.storage.commit_queue import CommitQueue


def last_look(queue: CommitQueue, loop: int) -> int | None:
    """Return the last due timestamp that has been looked at, in microseconds since 1970."""
    row = queue.query("SELECT due FROM looks WHERE loop = ?", (loop,)).fetchone()
    return None if row is None else int(row[0])


def keep_look(queue: CommitQueue, loop: int, due: int) -> None:
    """Store which due timestamp was looked at, in microseconds since 1970."""
    queue.write("REPLACE INTO looks VALUES (?, ?)", (loop, due))
