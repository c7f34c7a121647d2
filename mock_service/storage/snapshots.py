"""A whole loop as one file: everything but its keys, in a database of its own."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

from mock_service.errors import DataUnusable, ServiceProblem
from mock_service.storage.codec import state_of, to_moment, to_number
from mock_service.storage.ledger import Ledger, Statement
from mock_service.storage.schema import migrate

_TABLES = ("models", "texts", "events", "observations", "inquiries")
_OURS = {"loop": ":the_loop", "sequence": "NULL"}
"""Columns whose values are the file's own: a loop's number and the order of all observations."""

_MAGIC = b"SQLite format 3\0"
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"


def snapshot(ledger: Ledger, loop: int, now: datetime) -> bytes:
    """Return a loop as it is at this moment.

    Raises:
        StorageFailed: what it did last could not be kept.
    """
    ledger.flush()
    with closing(_empty()) as copy:
        (name, state) = ledger.query(
            "SELECT name, state FROM loops WHERE id = ?", (loop,)
        ).fetchone()
        copy.execute("INSERT INTO loops VALUES (?, ?, ?, '', '')", (loop, name, state))
        copy.execute("INSERT INTO settings VALUES ('clock', ?)", (str(to_number(now)),))
        for table in _TABLES:
            rows = ledger.query(f"SELECT * FROM {table} WHERE loop = ?", (loop,))
            marks = ", ".join("?" * len(rows.description))
            copy.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        return copy.serialize()


def restore(ledger: Ledger, loop: int, content: bytes) -> datetime:
    """Put a snapshot in a loop's place, at once, and return the moment it was taken.

    Raises:
        ServiceProblem: InvalidSnapshot; nothing was changed.
        StorageFailed: it could not be kept; nothing was changed.
    """
    if not content.startswith(_MAGIC):
        raise ServiceProblem("InvalidSnapshot")
    with closing(_empty()) as copy:
        wanted = copy.execute(_SCHEMA).fetchall()
        try:
            copy.deserialize(content)
            migrate(copy)
            if copy.execute(_SCHEMA).fetchall() != wanted:
                raise sqlite3.DatabaseError("its tables are others")
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
            statements = [statement for table in _TABLES for statement in _moved(copy, table, loop)]
            ((state,),) = copy.execute("SELECT state FROM loops").fetchall()
            ((clock,),) = copy.execute("SELECT value FROM settings WHERE name = 'clock'").fetchall()
            state_of(state)
            moment = to_moment(int(clock))
        except (sqlite3.Error, DataUnusable, ValueError, TypeError) as error:
            raise ServiceProblem("InvalidSnapshot", f"This is no snapshot: {error}.") from error
    ledger.write_at_once([*statements, ("UPDATE loops SET state = ? WHERE id = ?", (state, loop))])
    return moment


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    migrate(connection)
    return connection


def _moved(copy: sqlite3.Connection, table: str, loop: int) -> Iterator[Statement]:
    """Yield what puts a table of the copy in the place of a loop's own rows."""
    yield f"DELETE FROM {table} WHERE loop = ?", (loop,)
    rows = copy.execute(f"SELECT * FROM {table}")
    columns = [column for column, *_ in rows.description]
    places = ", ".join(_OURS.get(column, f":{column}") for column in columns)
    insert = f"INSERT INTO {table} VALUES ({places})"
    for row in rows:
        yield insert, {**dict(zip(columns, row, strict=True)), "the_loop": loop}
