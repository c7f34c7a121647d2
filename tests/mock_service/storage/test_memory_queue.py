"""A server that keeps nothing answers before it commits, and reads what it has written."""

import asyncio

from mock_service.storage.database import open_in_memory
from mock_service.storage.memory_queue import MemoryQueue

INSERT = "INSERT INTO settings VALUES (?, ?)"


def test_requests_of_one_moment_share_a_commit_that_none_waits_for() -> None:
    """It happens after all of them, and before the next moment."""

    async def requests() -> tuple[int, int]:
        queue = MemoryQueue(open_in_memory())
        for number in range(3):
            queue.write(INSERT, (f"k{number}", "v"))
            await queue.wait_committed()
        before = queue.commits
        await asyncio.sleep(0)
        after = queue.commits
        queue.close()
        return before, after

    assert asyncio.run(requests()) == (0, 1)


def test_what_was_written_is_read_at_once() -> None:
    """Whether it is committed or not."""
    queue = MemoryQueue(open_in_memory())
    queue.write(INSERT, ("k", "v"))

    assert queue.query("SELECT value FROM settings WHERE name = 'k'").fetchone() == ("v",)
    queue.close()
