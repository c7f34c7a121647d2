"""Writing in the order of events, many requests to a commit."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from mock_service.errors import StorageFailed
from mock_service.storage.database import Database

Parameters = Sequence[Any] | Mapping[str, Any]
Statement = tuple[str, Parameters]
_PROBE_BYTES = 65536
LONGEST_BATCH = 8192
"""How many statements wait for a commit at most."""


@dataclass(slots=True)
class _Batch:
    """Statements to commit together, and who waits for that."""

    statements: list[Statement] = field(default_factory=list)
    waiters: list[asyncio.Future[None]] = field(default_factory=list)
    finished: threading.Event | None = None
    """Set once a batch that another thread commits is committed."""
    error: sqlite3.Error | None = None
    concluded: bool = False


class Ledger:
    """Collects statements and commits them, in order, on a thread of its own.

    While one batch is being committed the next collects, so that the cost of making a commit
    durable is shared by all requests that are under way. After a failed commit everything that
    waits fails with it and `on_failure` is called: what is in memory is ahead of what is kept.
    """

    def __init__(self, database: Database) -> None:
        self.on_failure: Callable[[], None] = lambda: None
        self._database = database
        self._collecting = _Batch()
        self._committing: _Batch | None = None
        self._queue: SimpleQueue[tuple[_Batch, asyncio.AbstractEventLoop] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._failed = False

    def write(self, sql: str, parameters: Parameters) -> None:
        """Commit this with the next batch; a batch that nobody waits for does not grow for ever.

        Raises:
            StorageFailed: the batch had grown long, and could not be committed.
        """
        statements = self._collecting.statements
        statements.append((sql, parameters))
        if len(statements) >= LONGEST_BATCH:
            self.flush()

    def write_at_once(self, statements: Iterable[Statement]) -> None:
        """Commit all of this or nothing, here and now.

        Raises:
            StorageFailed: nothing of it is kept.
        """
        self.flush()
        self._collecting.statements.extend(statements)
        self.flush()

    def query(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Read what is committed."""
        return self._database.reader.execute(sql, parameters)

    def image(self) -> bytes:
        """Return the whole database, for what lives in memory to be read by another process."""
        self.flush()
        return self._database.reader.serialize()

    async def committed(self) -> None:
        """Return when everything written until now is committed.

        Raises:
            StorageFailed: it could not be; nothing of it is kept.
        """
        batch = self._collecting
        if not batch.statements:
            if self._committing is None:
                return
            batch = self._committing
        elif self._database.in_memory:
            self.flush()
            return
        running = asyncio.get_running_loop()
        waiter = running.create_future()
        batch.waiters.append(waiter)
        if self._committing is None and len(batch.waiters) == 1:
            running.call_soon(self._start, running)
        await waiter

    def flush(self) -> None:
        """Commit everything written until now, here and at once.

        Raises:
            StorageFailed: it could not be; nothing of it is kept.
        """
        committing = self._committing
        if committing is not None:
            if committing.finished is not None:
                committing.finished.wait()
            self._conclude(committing)
        batch = self._collecting
        if batch.statements:
            self._collecting = _Batch()
            self._commit(batch)
            self._conclude(batch)
            if batch.error is not None:
                raise StorageFailed(str(batch.error)) from batch.error

    def check(self) -> None:
        """After a failure, see whether writing works again before anything else happens.

        Raises:
            StorageFailed: it does not.
        """
        if not self._failed:
            return
        probe = _Batch(
            [
                ("INSERT INTO settings VALUES ('probe', hex(zeroblob(?)))", (_PROBE_BYTES,)),
                ("DELETE FROM settings WHERE name = 'probe'", ()),
            ]
        )
        self._commit(probe)
        if probe.error is not None:
            raise StorageFailed(str(probe.error)) from probe.error
        self._failed = False

    def close(self) -> None:
        """Commit what is left and close the database."""
        try:
            self.flush()
        finally:
            if self._thread is not None:
                self._queue.put(None)
                self._thread.join()
            self._database.close()

    def _start(self, running: asyncio.AbstractEventLoop) -> None:
        if self._committing is not None or not self._collecting.statements:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
            self._thread.start()
        self._committing, self._collecting = self._collecting, _Batch()
        self._committing.finished = threading.Event()
        self._queue.put((self._committing, running))

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            batch, running = task
            self._commit(batch)
            running.call_soon_threadsafe(self._finish, batch, running)

    def _commit(self, batch: _Batch) -> None:
        """Commit a batch, or leave the reason why not in it."""
        writer = self._database.writer
        try:
            writer.execute("BEGIN IMMEDIATE")
            for sql, parameters in batch.statements:
                writer.execute(sql, parameters)
            writer.execute("COMMIT")
        except sqlite3.Error as error:
            batch.error = error
            if writer.in_transaction:
                writer.execute("ROLLBACK")
        finally:
            if batch.finished is not None:
                batch.finished.set()

    def _finish(self, batch: _Batch, running: asyncio.AbstractEventLoop) -> None:
        """Back on the event loop: tell who waited, and begin with what has been collected."""
        self._conclude(batch)
        self._start(running)

    def _conclude(self, batch: _Batch) -> None:
        """Tell a batch's waiters how it went, once; a failure fails what came after it too."""
        if batch.concluded:
            return
        batch.concluded = True
        if self._committing is batch:
            self._committing = None
        self._tell(batch, batch.error)
        if batch.error is not None:
            self._failed = True
            lost, self._collecting = self._collecting, _Batch()
            self._tell(lost, batch.error)
            self.on_failure()

    @staticmethod
    def _tell(batch: _Batch, error: sqlite3.Error | None) -> None:
        for waiter in batch.waiters:
            if waiter.done():
                continue
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(StorageFailed(str(error)))
        batch.waiters.clear()
