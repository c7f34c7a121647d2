"""Making commits durable, many at a time, while the next requests are answered."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from time import perf_counter

from mock_service.storage.database import Database

STATEMENTS_BETWEEN_CHECKPOINTS = 2048
"""How many statements the write-ahead log takes before it is moved into the file.

Most write one page of 4 kB. Where they write more, the log is moved when it has grown.
"""

_SLOW_SECONDS = 0.001

_Then = Callable[[OSError | None], None]
_Task = tuple[asyncio.AbstractEventLoop, Callable[[], None], _Then]


class WalSyncer:
    """Waits for the disk, on a thread of its own where others should not wait with it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._in_log = 0
        self._took = 0.0

    @property
    def is_slow(self) -> bool:
        """Whether the latest sync took longer than a request does."""
        return self._took > _SLOW_SECONDS

    @property
    def log_is_long(self) -> bool:
        """Whether it is time to `shorten` the write-ahead log."""
        if self._in_log >= STATEMENTS_BETWEEN_CHECKPOINTS:
            return True
        return self._database.log_has_grown

    def sync(self, running: asyncio.AbstractEventLoop, statements: int, then: _Then) -> None:
        """Bring committed statements to the disk, and call `then`, on the event loop."""
        self._in_log += statements
        self._give((running, self._sync, then))

    def checkpoint_soon(self, running: asyncio.AbstractEventLoop, then: _Then) -> None:
        """Move the log into the file, and call `then`, on the event loop.

        Only without commits meanwhile does the log begin anew; until it does it grows on.
        """
        self._in_log = 0
        self._give((running, self._move_log, then))

    def sync_now(self, statements: int) -> None:
        """Bring committed statements to the disk, and wait for it.

        Raises:
            OSError: the disk refuses.
        """
        self._in_log += statements
        self._sync()

    def checkpoint_now(self) -> None:
        """Move the log into the file, and wait for it."""
        self._in_log = 0
        self._move_log()

    def close(self) -> None:
        """Finish what is under way."""
        if self._thread is not None:
            self._tasks.put(None)
            self._thread.join()
            self._thread = None

    def _give(self, task: _Task) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="disk", daemon=True)
            self._thread.start()
        self._tasks.put(task)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            running, work, then = task
            error: OSError | None = None
            try:
                work()
            except OSError as problem:
                error = problem
            with suppress(RuntimeError):  # the event loop has ended, and no request waits
                running.call_soon_threadsafe(then, error)

    def _sync(self) -> None:
        began = perf_counter()
        self._database.sync()
        self._took = perf_counter() - began

    def _move_log(self) -> None:
        """Move the log into the file; where that fails, nothing is lost, and it just grows on."""
        with suppress(sqlite3.Error):
            self._database.checkpoint()
