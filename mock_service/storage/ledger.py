"""Writing in the order of events, many requests to a commit."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from mock_service.errors import StorageFailed
from mock_service.storage.database import Database
from mock_service.storage.durability import Disk

Parameters = Sequence[Any] | Mapping[str, Any]
Statement = tuple[str, Parameters]
_PROBE_BYTES = 65536
LONGEST_BATCH = 8192
"""How many statements wait for a commit at most."""


_LONGEST_GATHER = 0.004
"""How many seconds a commit waits for others before all go to the disk."""

_QUIET_TURNS = 3
"""A request takes two turns of the event loop from its arrival to its commit."""

_Waiter = asyncio.Future[None]


@dataclass(slots=True)
class _Batch:
    """Statements to commit together, and who waits for that."""

    statements: list[Statement] = field(default_factory=list)
    waiters: list[_Waiter] = field(default_factory=list)


class Ledger:
    """Collects statements and commits them in order, those of all requests under way together.

    Requests that arrive together share a commit, and commits share the wait for the disk: while it
    lasts, the next requests are answered. None commits while the write-ahead log is moved into the
    file, or the log would never begin anew. After a failure everything that waits fails with it,
    and `on_failure` is called: what is in memory is ahead of what is kept.
    """

    def __init__(self, database: Database) -> None:
        self.on_failure: Callable[[], None] = lambda: None
        self._database = database
        self._disk = Disk(database)
        self._collecting = _Batch()
        self._committed: list[_Waiter] = []
        self._disk_is_busy = self._is_shortening = False
        self._is_gathering = False
        self._unsynced = 0
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
        """Return when everything written until now is committed and on the disk.

        Raises:
            StorageFailed: it could not be; nothing of it is kept.
        """
        if self._database.in_memory:
            self.flush()
            return
        batch = self._collecting
        if not (batch.statements or self._unsynced or self._disk_is_busy):
            return
        running = asyncio.get_running_loop()
        waiter = running.create_future()
        batch.waiters.append(waiter)
        if len(batch.waiters) == 1:  # requests that are ready now join before this comes up
            running.call_soon(self._commit_and_sync, batch, running)
        await waiter

    def flush(self) -> None:
        """Commit everything written until now and bring it to the disk, here and at once.

        Raises:
            StorageFailed: it could not be; nothing of it is kept.
        """
        self._commit_collected()
        if self._unsynced:
            self._sync_here()
        if self._disk.log_is_long and not self._disk_is_busy:
            self._disk.shorten_here()

    def check(self) -> None:
        """After a failure, see whether writing works again before anything else happens.

        Raises:
            StorageFailed: it does not.
        """
        if not self._failed:
            return
        try:
            self._commit(
                [
                    ("INSERT INTO settings VALUES ('probe', hex(zeroblob(?)))", (_PROBE_BYTES,)),
                    ("DELETE FROM settings WHERE name = 'probe'", ()),
                ]
            )
        except sqlite3.Error as error:
            raise StorageFailed(str(error)) from error
        self._failed = False

    def close(self) -> None:
        """Commit what is left and close the database."""
        try:
            self.flush()
        finally:
            self._disk.close()
            self._database.close()

    def _commit_and_sync(self, batch: _Batch, running: asyncio.AbstractEventLoop) -> None:
        """Commit a batch if nobody has yet, and let it be brought to the disk."""
        if self._is_shortening:
            return  # this comes again afterwards
        try:
            if batch is self._collecting:
                self._commit_collected()
        except StorageFailed:
            return  # those who wait have been told
        if not self._is_gathering:
            self._is_gathering = True
            running.call_soon(
                self._gather, running, self._unsynced, running.time() + _LONGEST_GATHER
            )

    def _gather(
        self, running: asyncio.AbstractEventLoop, unsynced: int, until: float, quiet: int = 0
    ) -> None:
        """Turn to the disk once no more requests come along, or after a while.

        The disk takes as long for one commit as for many, and about as long as a request takes: so
        requests that are ready now had better go first. When none is, nobody minds waiting for the
        disk here and now, which is over sooner than a thread has taken it up and told of it.
        """
        quiet = quiet + 1 if unsynced == self._unsynced else 0
        if quiet < _QUIET_TURNS and running.time() < until:
            running.call_soon(self._gather, running, self._unsynced, until, quiet)
            return
        self._is_gathering = False
        if self._disk_is_busy or self._disk.is_slow or quiet < _QUIET_TURNS:
            self._sync(running)
            return
        with suppress(StorageFailed):  # those who wait have been told
            self._sync_here()
        self._shorten_if_long(running)

    def _commit_collected(self) -> None:
        batch, self._collecting = self._collecting, _Batch()
        if batch.statements:
            try:
                self._commit(batch.statements)
            except sqlite3.Error as error:
                raise self._fail(batch.waiters, error) from error
            self._unsynced += len(batch.statements)
        self._committed += batch.waiters

    def _commit(self, statements: list[Statement]) -> None:
        """Commit statements, all or none."""
        writer = self._database.writer
        try:
            writer.execute("BEGIN IMMEDIATE")
            for sql, parameters in statements:
                writer.execute(sql, parameters)
            writer.execute("COMMIT")
        except sqlite3.Error:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            raise

    def _sync(self, running: asyncio.AbstractEventLoop) -> None:
        if self._disk_is_busy or not (self._unsynced or self._committed):
            return
        waiters, self._committed = self._committed, []
        statements, self._unsynced, self._disk_is_busy = self._unsynced, 0, True

        def synced(error: OSError | None) -> None:
            self._disk_is_busy = False
            if error is None:
                _tell(waiters)
            else:
                self._fail(waiters, error)
            self._shorten_if_long(running)
            self._sync(running)

        self._disk.sync(running, statements, synced)

    def _sync_here(self) -> None:
        """Bring what is committed to the disk, and tell those who wait for that."""
        waiters, self._committed = self._committed, []
        statements, self._unsynced = self._unsynced, 0
        try:
            self._disk.sync_here(statements)
        except OSError as error:
            raise self._fail(waiters, error) from error
        _tell(waiters)

    def _shorten_if_long(self, running: asyncio.AbstractEventLoop) -> None:
        """Let a long log be moved into the file, and nobody commit until that is done."""
        if not self._disk.log_is_long:
            return
        self._disk_is_busy = self._is_shortening = True

        def shortened(_: OSError | None) -> None:
            self._disk_is_busy = self._is_shortening = False
            self._commit_and_sync(self._collecting, running)
            if not self._is_gathering:  # that failed, and what was committed before still waits
                self._sync(running)

        self._disk.shorten(running, shortened)

    def _fail(self, waiters: list[_Waiter], error: Exception) -> StorageFailed:
        """Fail all who wait, and return the problem to raise where somebody is there to hear it."""
        self._failed = True
        lost, self._collecting = self._collecting, _Batch()
        problem = StorageFailed(str(error))
        for waiter in (*waiters, *lost.waiters):
            if not waiter.done():
                waiter.set_exception(StorageFailed(str(error)))
        self.on_failure()
        return problem


def _tell(waiters: list[_Waiter]) -> None:
    for waiter in waiters:
        if not waiter.done():  # who waited may have gone
            waiter.set_result(None)
