"""When loops were last looked at to see whether their policy should be optimised."""

from mock_service.storage.commit_queue import CommitQueue


def last_looks(queue: CommitQueue) -> dict[int, int]:
    """Return the last due moments that have been looked at, by loop, in microseconds."""
    return dict(queue.query("SELECT loop, due FROM looks").fetchall())


def keep_look(queue: CommitQueue, loop: int, due: int) -> None:
    """Keep which due moment was looked at."""
    queue.write("REPLACE INTO looks VALUES (?, ?)", (loop, due))
