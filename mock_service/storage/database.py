"""Opening the file: one server at a time, and never over what is damaged."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from mock_service.errors import DataUnusable
from mock_service.storage.schema import migrate

FILE = "personalizer-lab.sqlite3"
_LOCK = "in-use.lock"
LOG_BYTES = 16 * 2**20
"""How long the write-ahead log is from the beginning, where there is room, and about at most."""
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

    @property
    def in_memory(self) -> bool:
        """Whether everything is gone when the process ends."""
        return self.file is None

    def sync(self) -> None:
        """Bring what is committed to the disk; raises OSError where the disk refuses."""
        if self.file is None:
            return
        log = os.open(self.file.log, os.O_RDWR)
        try:
            _to_disk(log)
        finally:
            os.close(log)

    @property
    def log_has_grown(self) -> bool:
        """Whether the write-ahead log is longer than it should be."""
        return self.file is not None and _size(self.file.log) > LOG_BYTES

    def checkpoint(self) -> None:
        """Move the write-ahead log's pages into the file, beside whoever writes."""
        if self.file is not None:
            self.file.mover.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close the file and let others open it."""
        self.reader.close()
        if self.file is not None:
            self.file.mover.close()
        self.writer.close()
        if self.file is not None:
            self.file.lock.release()


@dataclass(frozen=True, slots=True)
class OpenFile:
    """What a database in a file has: a lock, a write-ahead log, and a connection to move that."""

    lock: FileLock
    log: Path
    mover: sqlite3.Connection


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
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK, thread_local=False)  # a server may end on another thread
        lock.acquire(timeout=0)
    except Timeout as error:
        raise DataUnusable(
            f"{folder} is in use by another server: stop it, or choose another --data-dir"
        ) from error
    except OSError as error:
        raise DataUnusable(f"{folder} cannot be written: {error.strerror}") from error
    try:
        return _opened(folder / FILE, lock)
    except DataUnusable:
        lock.release()
        raise


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


def _opened(path: Path, lock: FileLock) -> Database:
    try:
        writer = _connect(path)
        _check(writer)
        writer.execute("PRAGMA auto_vacuum = INCREMENTAL")
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA synchronous = NORMAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")  # when the log begins anew
        migrate(writer)
        log = Path(f"{path}-wal")
        if not _size(log):
            writer.execute("REPLACE INTO settings VALUES ('opened', 'yes')")  # this makes one
        if not _size(log):
            raise sqlite3.OperationalError("the disk allows no write-ahead log")
        reader = _connect(path)
        reader.execute("PRAGMA query_only = ON")
        opened = OpenFile(lock, log, _connect(path))
        _lengthen(log)
    except sqlite3.Error as error:
        raise DataUnusable(
            f"{path} cannot be used: {error}; it was left as it is: move it away, or choose "
            "another --data-dir"
        ) from error
    return Database(writer, reader, opened)


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
