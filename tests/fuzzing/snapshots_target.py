"""Snapshots: good ones with bytes or cells changed, restored over a loop that works."""

import json
import sqlite3
from contextlib import closing
from typing import Self

from numpy.random import Generator

from tests.fuzzing.mutations import NUMBERS, TEXTS, mutate_bytes, mutate_json
from tests.fuzzing.server import ServerTarget
from tests.helpers.servers import ARTICLES

_BASE = "/personalizer/v1.1-preview.3"
_EVENTS = 12
_SQL = (
    "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM loops; END",
    "CREATE VIEW v AS SELECT 1",
    "DROP TABLE texts",
    "DELETE FROM loops",
    "DELETE FROM settings",
    "DELETE FROM texts",
    "INSERT INTO loops SELECT id + 1, name || 'x', state, key1, key2 FROM loops",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = 99",
    "UPDATE events SET event_id = 'same'",
    "UPDATE events SET number = number + 9223372036854775000",
)


class SnapshotsTarget(ServerTarget):
    """A server that is told to become what a changed snapshot says."""

    options = ("--loop", "other")
    restart_every = 40
    _good = b""

    def __enter__(self) -> Self:
        """Start the server and take a good snapshot."""
        super().__enter__()
        for number in range(_EVENTS):
            rank = {
                "actions": ARTICLES,
                "eventId": f"e{number}",
                "deferActivation": number % 4 == 0,
            }
            self._server.ask("POST", f"{_BASE}/rank", json.dumps(rank).encode())
            if number % 3:
                path = f"{_BASE}/events/e{number}/reward"
                self._server.ask("POST", path, b'{"value": 1}')
        self._good = self._server.ask("POST", "/mock/snapshot").content
        return self

    def attempt(self, rng: Generator) -> str:
        """Restore one changed snapshot, and see whether the loop works."""
        self._begin_case()
        raw = rng.random() < 0.3
        what, content = (
            ("bytes", mutate_bytes(self._good, rng)) if raw else _change_cell(self._good, rng)
        )
        reply = self._server.ask("POST", "/mock/restore", content)
        if reply.is_success:
            self._use()
        if self._end_case(what):
            self._use()
        return str(reply.status_code)

    def _use(self) -> None:
        rank = json.dumps({"actions": ARTICLES, "eventId": f"u{self._count}"}).encode()
        self._server.ask("POST", f"{_BASE}/rank", rank)
        for path in ("/mock/learning", "/mock/decisions"):
            self._server.ask("GET", path)


def _change_cell(snapshot: bytes, rng: Generator) -> tuple[str, bytes]:
    """Return a snapshot in which a statement or one cell made a difference, and which."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        copy.deserialize(snapshot)
        if rng.random() < 0.2:
            statement = _SQL[int(rng.integers(len(_SQL)))]
        else:
            statement = _pick_update(copy, rng)
        try:
            copy.execute(statement)
        except sqlite3.Error as error:
            statement = f"{statement} ({error})"
        return statement, copy.serialize()


def _pick_update(copy: sqlite3.Connection, rng: Generator) -> str:
    names = [
        name for (name,) in copy.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    ]
    tables = [name for name in names if not name.startswith("sqlite_")]
    table = tables[int(rng.integers(len(tables)))]
    columns = [row[1] for row in copy.execute(f"PRAGMA table_info({table})")]
    column = columns[int(rng.integers(len(columns)))]
    found = copy.execute(f"SELECT {column} FROM {table} LIMIT 1").fetchone()  # noqa: S608 (as above)
    value = _change_value(None if found is None else found[0], rng)
    where = "" if rng.random() < 0.5 else f" WHERE rowid IN (SELECT min(rowid) FROM {table})"  # noqa: S608 (either; as above)
    return f"UPDATE {table} SET {column} = {value}{where}"  # noqa: S608 (as above)


def _change_value(value: object, rng: Generator) -> str:
    if isinstance(value, str) and value[:1] in {"{", "["} and rng.random() < 0.7:
        return _quote(json.dumps(mutate_json(json.loads(value), rng)))
    if isinstance(value, bytes) and rng.random() < 0.7:
        return f"x'{mutate_bytes(value, rng).hex()}'"
    kind = rng.integers(3)
    if kind == 0:
        return _quote(TEXTS[int(rng.integers(len(TEXTS)))])
    if kind == 1:
        number = NUMBERS[int(rng.integers(len(NUMBERS)))]
        return repr(number) if abs(number) < 2**63 else "9e999"
    return "NULL"


def _quote(text: str) -> str:
    return (
        "'" + text.encode("utf-8", "replace").decode().replace("'", "''").replace("\x00", "") + "'"
    )
