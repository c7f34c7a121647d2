"""A whole loop as one file: everything but its keys, in a database of its own."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from mock_service.errors import ApiError, MockServiceError
from mock_service.loop.state import LoopState
from mock_service.storage.batch import Statement
from mock_service.storage.codec import (
    check_number,
    decode_state,
    encode_state,
    from_microseconds,
    to_microseconds,
)
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.database import Database
from mock_service.storage.discarding import keeps, will_discard
from mock_service.storage.row_checks import CheckInquiry, check_rows
from mock_service.storage.schema import migrate

_TABLES = ("models", "texts", "events", "observations", "inquiries", "forgotten", "looks")
_OURS = {"loop": ":the_loop", "sequence": "NULL"}
"""Columns whose values are the file's own: a loop's number and the order of all observations."""

_MAGIC = b"SQLite format 3\0"
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
_MAX_VALUE_LENGTH = 2**28
"""In bytes, of a text or a model in a snapshot; a whole snapshot is not larger."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot in memory whose rows can all be read: what the loop was, and when."""

    connection: sqlite3.Connection
    number: int
    state: LoopState
    timestamp: datetime

    @property
    def queue(self) -> CommitQueue:
        """What reads the snapshot as if it were a server's file."""
        return CommitQueue(Database(self.connection, self.connection))

    def close(self) -> None:
        """Let go of the memory."""
        self.connection.close()


def snapshot(frozen: sqlite3.Connection, loop: int, now: datetime) -> bytes:
    """Return a loop as it was when `frozen` was made of a server's ledger."""
    with closing(_empty()) as copy:
        (name, state) = frozen.execute(
            "SELECT name, state FROM loops WHERE id = ?", (loop,)
        ).fetchone()
        copy.execute(
            "INSERT INTO loops (id, name, state, key1, key2) VALUES (?, ?, ?, '', '')",
            (loop, name, state),
        )
        copy.execute("INSERT INTO settings VALUES ('clock', ?)", (str(to_microseconds(now)),))
        for table in _TABLES:
            rows = frozen.execute(f"SELECT * FROM {table} WHERE loop = ?", (loop,))
            marks = ", ".join("?" * len(rows.description))
            copy.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        return copy.serialize()


def open_snapshot(content: bytes, check_inquiry: CheckInquiry) -> Snapshot:
    """Return the snapshot in a file, once every row of it has been looked at.

    Raises:
        ApiError: InvalidSnapshot.
    """
    if not content.startswith(_MAGIC):
        raise ApiError("InvalidSnapshot")
    copy = _empty()
    try:
        found = _open(copy, content, check_inquiry)
    except (sqlite3.Error, MockServiceError, ValueError, TypeError, OverflowError) as error:
        copy.close()
        reason = " ".join(str(error).split())[:300]
        raise ApiError("InvalidSnapshot", f"This is no snapshot: {reason}.") from error
    return found


def taken_rows(snapshot: Snapshot, number: int) -> Iterator[Statement]:
    """Yield what brings a snapshot's rows in, under the number of no loop."""
    for table in _TABLES:
        rows = snapshot.connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        columns = [column for column, *_ in rows.description]
        indices = ", ".join(_OURS.get(column, f":{column}") for column in columns)
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({indices})"
        for row in rows:
            yield insert, {**dict(zip(columns, row, strict=True)), "the_loop": number}


def exchange(snapshot: Snapshot, old: int, new: int) -> list[Statement]:
    """Return what makes the rows under `new` those of the loop `old`, whose own are to go."""
    become = "UPDATE loops SET id = ?, place = coalesce(place, id), state = ? WHERE id = ?"
    return [
        (become, (new, encode_state(snapshot.state), old)),
        keeps(new),
        will_discard(old),
    ]


def _open(copy: sqlite3.Connection, content: bytes, check_inquiry: CheckInquiry) -> Snapshot:
    wanted = copy.execute(_SCHEMA).fetchall()
    copy.deserialize(content)
    copy.execute("PRAGMA cell_size_check = ON")
    (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)
    if copy.execute("SELECT 1 FROM sqlite_schema WHERE type NOT IN ('table', 'index')").fetchone():
        raise sqlite3.DatabaseError("it has triggers or views")
    migrate(copy)
    if copy.execute(_SCHEMA).fetchall() != wanted:
        raise sqlite3.DatabaseError("its tables are others")
    rows = copy.execute("SELECT id, state FROM loops LIMIT 2").fetchall()
    clocks = copy.execute("SELECT value FROM settings WHERE name = 'clock'").fetchall()
    if len(rows) != 1 or len(clocks) != 1 or len(clocks[0][0]) > _MAX_CLOCK:
        raise sqlite3.DatabaseError("it is not of one loop and one moment")
    ((number, text),) = rows
    state = decode_state(text)
    timestamp = int(clocks[0][0])
    check_number(timestamp)
    check_rows(copy, state, check_inquiry)
    return Snapshot(copy, number, state, from_microseconds(timestamp))


_MAX_CLOCK = 20


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_LENGTH)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    migrate(connection)
    return connection
