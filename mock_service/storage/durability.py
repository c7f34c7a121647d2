"""Making commits durable, many at a time, while the next requests are answered."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from queue import SimpleQueue

from mock_service.storage.database import Database

STATEMENTS_BETWEEN_CHECKPOINTS = 8192
"""How many statements the write-ahead log takes before it is moved into the file.

A statement writes one to four pages of 4 kB, so the log stays below some 100 MB.
"""

_Task = tuple[asyncio.AbstractEventLoop, int, Callable[[OSError | None], None]]


class DiskThread:
    """Waits for the disk on a thread of its own: that needs no Python, so nobody waits with it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._in_log = 0

    def sync(
        self,
        running: asyncio.AbstractEventLoop,
        statements: int,
        then: Callable[[OSError | None], None],
    ) -> None:
        """Bring so many committed statements to the disk, and call `then`, on the event loop."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="disk", daemon=True)
            self._thread.start()
        self._tasks.put((running, statements, then))

    def sync_here(self, statements: int) -> None:
        """Bring so many committed statements to the disk, and wait for it.

        Raises:
            OSError: the disk refuses.
        """
        self._database.sync()
        self._count(statements)

    def close(self) -> None:
        """Finish what is under way."""
        if self._thread is not None:
            self._tasks.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            running, statements, then = task
            error: OSError | None = None
            try:
                self._database.sync()
            except OSError as problem:
                error = problem
            running.call_soon_threadsafe(then, error)
            self._count(statements)

    def _count(self, statements: int) -> None:
        """Move the log into the file when it is long; where that fails, it just grows on."""
        self._in_log += statements
        if self._in_log < STATEMENTS_BETWEEN_CHECKPOINTS:
            return
        self._in_log = 0
        try:
            self._database.checkpoint()
        except sqlite3.Error:
            return
