"""Writing in the order of events, many requests to a commit."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from mock_service.errors import MockServiceError, StorageFailed, StorageUncertain
from mock_service.storage.batch import (
    PROBE,
    Batch,
    Parameters,
    Statement,
    Waiter,
    commit,
    finish,
    refuse,
    tell,
)
from mock_service.storage.database import Database
from mock_service.storage.losses import Loss
from mock_service.storage.wal import WalSyncer

MAX_BATCH = 8192
"""How many statements wait for a commit at most."""

_MAX_GATHER = 0.004
"""How many seconds a commit waits for others before all go to the disk."""

_QUIET_TURNS = 3
"""A request takes two turns of the event loop from its arrival to its commit."""


class CommitQueue:
    """Collects statements and commits them in order, those of all requests under way together.

    Requests that arrive together share a commit, and commits share the wait for the disk: while it
    lasts, the next requests are answered. None commits while the write-ahead log is moved into the
    file, or the log would never begin anew. After a failure everything that waits fails with it,
    and `on_failure` is called: what is in memory is ahead of what is kept. If the disk has refused
    what is committed already, whether that stays is unknown: it is read back with the rest, and
    what `on_uncertain` makes of its statements is written down with it.
    """

    def __init__(self, database: Database) -> None:
        self.on_failure: Callable[[], None] = lambda: None
        self.on_uncertain: Callable[[list[Statement]], list[Statement]] = lambda _: []
        self.commits = 0
        """How many batches were committed."""
        self.cuts = 0
        """How often a log was let go of: what is known of kept rows is then to be forgotten."""
        self._database = database
        self._disk = WalSyncer(database)
        self._collecting = Batch()
        self._committed: list[Waiter] = []
        self._disk_is_busy = self._is_shortening = False
        self._is_gathering = False
        self._unsynced: list[Statement] = []
        self._failed = self._is_stale = self._is_holding = False

    @property
    def loss(self) -> Loss:
        """What of the last server's log was not to be read any more."""
        return self._database.loss

    def write(self, sql: str, parameters: Parameters) -> None:
        """Commit this with the next batch; a batch without waiters does not grow for ever.

        Raises:
            StorageFailed: the batch had grown long, and could not be committed.
        """
        statements = self._collecting.statements
        statements.append((sql, parameters))
        if len(statements) >= MAX_BATCH:
            self.flush()

    def write_now(self, statements: Iterable[Statement]) -> None:
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

    def freeze(self) -> sqlite3.Connection:
        """Return a connection that reads what is kept now, on any thread, until it is closed.

        Raises:
            StorageFailed: what was written last could not be kept.
        """
        self.flush()
        return self._database.freeze()

    async def wait_committed(self) -> None:
        """Return when everything written until now is committed and on the disk.

        Raises:
            StorageFailed: it could not be; nothing of it is kept.
        """
        batch = self._collecting
        if not (batch.statements or self._unsynced or self._disk_is_busy):
            return
        running = asyncio.get_running_loop()
        batch.waiters.append(waiter := running.create_future())
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
        if self._disk.log_is_long and not (self._disk_is_busy or self._is_holding):
            self._disk.checkpoint_now()

    def check(self) -> None:
        """After a failure, see whether writing works again before anything else happens.

        Raises:
            StorageFailed: it does not.
        """
        if not self._failed:
            return
        try:
            self._disk.checkpoint_now()  # what was not to be synced reaches the file
            self._commit(PROBE)
            self._database.sync()
        except (sqlite3.Error, OSError) as error:
            raise StorageFailed(str(error)) from error
        if self._is_stale and not self._read_back():
            raise StorageFailed("what is kept cannot be read back")
        self._failed = False

    def begin(self) -> None:
        """Let nothing be kept until `finish`: then all of it is, or with `abandon` nothing.

        Raises:
            StorageFailed: what was written before could not be kept.
        """
        self.flush()
        self._database.writer.execute("BEGIN IMMEDIATE")
        self._is_holding = True

    def finish(self) -> None:
        """Keep all that was written since `begin`.

        Raises:
            StorageFailed: nothing of it is kept.
        """
        self.flush()
        self._is_holding = False
        finish(self._database.writer, self._database.sync)

    def abandon(self) -> None:
        """Close the database without what has not been committed yet."""
        self._collecting = Batch()
        self._disk.close()
        self._database.close()

    def close(self) -> None:
        """Commit what is left and close the database."""
        try:
            self.flush()
        finally:
            self._disk.close()
            self._database.close()

    def _commit_and_sync(self, batch: Batch, running: asyncio.AbstractEventLoop) -> None:
        """Commit a batch unless that is done, and let it be brought to the disk."""
        if self._is_shortening:
            return  # this comes again afterwards
        try:
            if batch is self._collecting:
                self._commit_collected()
        except StorageFailed:
            return  # those who wait have been told
        if not self._is_gathering:
            self._is_gathering = True
            running.call_soon(self._gather, running, self.commits, running.time() + _MAX_GATHER)

    def _gather(
        self, running: asyncio.AbstractEventLoop, commits: int, until: float, quiet: int = 0
    ) -> None:
        """Turn to the disk once no more requests come along, or after a while.

        The disk takes as long for one commit as for many, and about as long as a request takes: so
        requests that are ready now had better go first. When none is, none is delayed by waiting
        for the disk here and now, which is over sooner than a thread would be.
        """
        quiet = quiet + 1 if commits == self.commits else 0
        if quiet < _QUIET_TURNS and running.time() < until:
            running.call_soon(self._gather, running, self.commits, until, quiet)
            return
        self._is_gathering = False
        if self._disk_is_busy or self._disk.is_slow or quiet < _QUIET_TURNS:
            self._sync(running)
            return
        with suppress(StorageFailed):  # those who wait have been told
            self._sync_here()
        self._shorten_if_long(running)

    def _commit_collected(self) -> None:
        batch, self._collecting = self._collecting, Batch()
        if batch.statements:
            try:
                self._commit(batch.statements)
            except sqlite3.Error as error:
                raise self._fail(batch.waiters, error) from error
            self.commits += 1
            self._unsynced += batch.statements
        self._committed += batch.waiters

    def _commit(self, statements: list[Statement]) -> None:
        """Commit statements, all or none; or execute them in the transaction that was begun."""
        commit(self._database.writer, statements, only_execute=self._is_holding)

    def _sync(self, running: asyncio.AbstractEventLoop) -> None:
        if self._disk_is_busy or not (self._unsynced or self._committed):
            return
        waiters, self._committed = self._committed, []
        statements, self._unsynced, self._disk_is_busy = self._unsynced, [], True

        def finish_sync(error: OSError | None) -> None:
            self._disk_is_busy = False
            if error is None:
                tell(waiters)
            else:
                self._fail(waiters, error, statements)
            self._shorten_if_long(running)
            self._sync(running)

        self._disk.sync(running, len(statements), finish_sync)

    def _sync_here(self) -> None:
        """Bring what is committed to the disk, and tell those who wait for that."""
        waiters, self._committed = self._committed, []
        statements, self._unsynced = self._unsynced, []
        try:
            self._disk.sync_now(len(statements))
        except OSError as error:
            raise self._fail(waiters, error, statements) from error
        tell(waiters)

    def _shorten_if_long(self, running: asyncio.AbstractEventLoop) -> None:
        """Let a long log be moved into the file; commits wait until that is done."""
        if not self._disk.log_is_long:
            return
        self._disk_is_busy = self._is_shortening = True

        def finish_checkpoint(_: OSError | None) -> None:
            self._disk_is_busy = self._is_shortening = False
            self._commit_and_sync(self._collecting, running)
            if not self._is_gathering:  # that failed, and what was committed before still waits
                self._sync(running)

        self._disk.checkpoint_soon(running, finish_checkpoint)

    def _fail(
        self, waiters: list[Waiter], error: Exception, committed: Sequence[Statement] | None = None
    ) -> StorageFailed:
        """Fail all waiters, and return the problem, to be raised where a caller is.

        Whether what is `committed`, and what was committed since, stays is unknown.
        """
        self._failed = True
        lost, self._collecting = self._collecting, Batch()
        refuse(lost.waiters, StorageFailed(str(error)))
        if committed is None:
            refuse(waiters, StorageFailed(str(error)))
            self._read_back()
            return StorageFailed(str(error))
        doubtful, self._unsynced = [*committed, *self._unsynced], []
        refuse(waiters + self._committed, StorageUncertain(str(error)))
        self._committed = []
        with suppress(sqlite3.Error):  # then a retry counts twice, which only a full disk can cause
            self._commit(self.on_uncertain(doubtful))
        self._read_back()
        return StorageUncertain(str(error))

    def _read_back(self) -> bool:
        """Let memory be what is kept; where that fails `check` tries it again before all else."""
        self._is_stale = True
        with suppress(MockServiceError, OSError, RuntimeError, ValueError, sqlite3.Error):
            self.on_failure()
            self._is_stale = False
        return not self._is_stale
