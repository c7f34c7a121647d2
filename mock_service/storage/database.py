"""Opening the file: one server at a time, and never over what is damaged."""

import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from mock_service.errors import DataUnusable
from mock_service.security.private_files import (
    PRIVATE_FILE,
    create_private_file,
    make_private_folder,
    restrict_file,
    restrict_folder,
)
from mock_service.storage.losses import NO_LOSS, Loss, find_loss, missing_log
from mock_service.storage.schema import migrate

FILE = "personalizer-lab.sqlite3"
_LOCK = "in-use.lock"
LOG_BYTES = 16 * 2**20
"""How long the write-ahead log is from the beginning, where there is room, and about at most."""
_SESSION = "REPLACE INTO settings VALUES ('session', ?)"
_POSITION = """SELECT (SELECT count(*) || '-' || coalesce(sum(length(state)), 0) FROM loops)
    || '-' || (SELECT coalesce(sum(n), 0) FROM
        (SELECT (SELECT coalesce(max(number), 0) FROM events WHERE loop = id) +
            (SELECT coalesce(max(settled), 0) FROM events WHERE loop = id AND settled IS NOT NULL)
            AS n FROM loops))
    || '-' || (SELECT coalesce(max(sequence), 0) FROM observations)"""
_to_disk = getattr(os, "fdatasync", os.fsync)
"""Bring a file's content to the disk; its times may stay behind where the system can do that."""


@dataclass(frozen=True, slots=True)
class Database:
    """A writing and a reading connection to one file; in memory both are the same.

    A commit reaches the write-ahead log at once, and the disk with `sync`.
    """

    writer: sqlite3.Connection
    reader: sqlite3.Connection
    file: "OpenFile | None" = None
    loss: Loss = NO_LOSS
    """What of the write-ahead log was not to be read any more."""

    def sync(self) -> None:
        """Bring what is committed to the disk; raises OSError where the disk refuses."""
        if self.file is not None:
            _to_disk(self.file.log_handle)

    @property
    def log_has_grown(self) -> bool:
        """Whether the write-ahead log is longer than it should be."""
        return self.file is not None and _size(self.file.log) > LOG_BYTES

    def checkpoint(self) -> None:
        """Move the write-ahead log's pages into the file, beside other writes.

        A start that finds no log looks whether the file has moved on since.
        """
        if self.file is not None:
            mark_position(self.file.checkpointer)
            self.file.checkpointer.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def freeze(self) -> sqlite3.Connection:
        """Return a connection that reads what is committed now, whatever is written later."""
        if self.file is None:
            frozen = _connect(":memory:")
            frozen.deserialize(self.reader.serialize())
            return frozen
        frozen = _connect(self.file.path)
        frozen.execute("PRAGMA query_only = ON")
        frozen.execute("BEGIN")
        frozen.execute("SELECT count(*) FROM loops").fetchone()  # now it reads, and goes on so
        return frozen

    def close(self) -> None:
        """Close the file and let others open it; what is not committed is given up."""
        self.reader.close()
        if self.file is not None:
            self.file.checkpointer.close()
            if self.writer.in_transaction:
                self.writer.execute("ROLLBACK")
            with suppress(sqlite3.Error):  # a full disk: the next start then looks at the log
                self.writer.execute(_SESSION, ("closed",))
        self.writer.close()
        if self.file is not None:
            os.close(self.file.log_handle)
            self.file.lock.release()


@dataclass(frozen=True, slots=True)
class OpenFile:
    """What a database in a file has: a lock, a write-ahead log, and a connection to move that.

    The log stays open by a handle of its own: a server that may open no more files can still sync.
    """

    path: Path
    lock: FileLock
    log: Path
    log_handle: int
    checkpointer: sqlite3.Connection


def open_in_memory() -> Database:
    """Return an empty database that lives as long as the process."""
    connection = _connect(":memory:")
    migrate(connection)
    return Database(connection, connection)


def open_in_folder(folder: Path) -> Database:
    """Return the database in `folder`, made if it is not there, for this process alone.

    Raises:
        DataUnusable: the folder cannot be written, is used by another server, holds a damaged
            file or one of a later version.
    """
    try:
        make_private_folder(folder)
        restrict_folder(folder, (FILE, _LOCK))
        # a server may end on another thread
        lock = FileLock(folder / _LOCK, mode=PRIVATE_FILE, thread_local=False)
        lock.acquire(timeout=0)
        _make_private(folder / FILE)
    except Timeout as error:
        raise DataUnusable(
            f"{folder} is in use by another server: stop it, or choose another --data-dir"
        ) from error
    except OSError as error:
        raise DataUnusable(f"{folder} cannot be written: {error.strerror}") from error
    try:
        return _open(folder / FILE, lock)
    except DataUnusable:
        lock.release()
        raise


def mark_position(connection: sqlite3.Connection) -> None:
    """Write down how far everything is, just before the log is moved into the file."""
    position = read_position(connection)
    connection.execute("REPLACE INTO settings VALUES ('position', ?)", (position,))


def read_position(connection: sqlite3.Connection) -> str:
    """Return how far everything is, as one text."""
    (position,) = connection.execute(_POSITION).fetchone()
    return str(position)


def open_read_only(folder: Path) -> sqlite3.Connection:
    """Return a connection that reads `folder`'s database, also while a server writes it.

    Raises:
        DataUnusable: there is none, or it is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        raise DataUnusable(f"{folder} holds no data of a local Personalizer")
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        connection.execute("SELECT count(*) FROM loops")
    except sqlite3.Error as error:
        raise DataUnusable(f"{path} cannot be read: {error}") from error
    return connection


def _open(path: Path, lock: FileLock) -> Database:
    try:
        loss = find_loss(path)
        log_was_there = _size(Path(f"{path}-wal")) > 0
        writer = _connect(path)
        _check(writer)
        writer.execute("PRAGMA auto_vacuum = INCREMENTAL")
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA synchronous = NORMAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")  # when the log begins anew
        migrate(writer)
        if not (loss or log_was_there):
            loss = _missing_log(writer)
        file = _begin(path, writer, lock)
        reader = _connect(path)
        reader.execute("PRAGMA query_only = ON")
    except (sqlite3.Error, OSError) as error:
        raise DataUnusable(
            f"{path} cannot be used: {error}; it was left as it is: move it away, or choose "
            "another --data-dir"
        ) from error
    return Database(writer, reader, file, loss)


def _missing_log(connection: sqlite3.Connection) -> Loss:
    """Return what it means that there is no log: nothing where the last server closed the file."""
    query = "SELECT name, value FROM settings WHERE name IN ('session', 'position')"
    kept = dict(connection.execute(query).fetchall())
    return missing_log(
        ended_well=kept.get("session") != "open",
        has_moved_on=kept.get("position") != read_position(connection),
    )


def _begin(path: Path, writer: sqlite3.Connection, lock: FileLock) -> OpenFile:
    """Begin a session: from now on there is a log, and the file says that there should be."""
    log = Path(f"{path}-wal")
    writer.execute(_SESSION, ("open",))
    if not _size(log):
        raise sqlite3.OperationalError("the disk allows no write-ahead log")
    for side in (log, Path(f"{path}-shm")):
        restrict_file(side)
    mover = _connect(path)
    mark_position(mover)
    mover.execute("PRAGMA wal_checkpoint(PASSIVE)")
    _lengthen(log)
    return OpenFile(path, lock, log, os.open(log, os.O_RDWR), mover)


def _make_private(path: Path) -> None:
    """Make the file, so that SQLite gives its log the same mode; shut what is there already."""
    create_private_file(path)
    for side in (f"{path}-wal", f"{path}-shm"):
        restrict_file(Path(side))


def _lengthen(log: Path) -> None:
    """Fill the log up with zeros, which say nothing: to sync a file that grows takes twice as long.

    Where there is no room for that, the log stays as it is, and grows when it has to.
    """
    size = _size(log)
    try:
        with log.open("ab") as file:
            file.write(bytes(max(0, LOG_BYTES - size)))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        os.truncate(log, size)


def _size(log: Path) -> int:
    """Return how long the log is; 0 if there is none."""
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0


def _connect(path: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _check(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"the file is damaged ({verdict})")
