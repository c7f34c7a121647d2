"""A snapshot proves itself in a copy, and is taken in one step or not at all."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mock_service.build import build_service
from mock_service.errors import ApiError, DataUnusable
from mock_service.evaluation.job import EvaluationRequest, JobKind, to_request_json
from mock_service.hosting.service import Service
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import Settings
from mock_service.storage.database import FILE

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACTIONS = (Action("a", '[{"x":1}]'), Action("b", '[{"y":1}]'))
Damage = str | Callable[[sqlite3.Connection], None]


def taught(folder: Path | None = None) -> Service:
    """Return a service whose loop has settled, waiting and early events."""
    service = build_service(Settings(data_folder=folder, manual_clock_from=NOON))
    loop = service.default.loop
    for number in range(5):
        loop.rank(RankRequest(f"e{number}", '[{"u":1}]', ACTIONS))
        loop.reward(f"e{number}", number % 2)
    loop.rank(RankRequest("waiting", "[]", ACTIONS, deferred=True))
    loop.reward("early", 0.5)
    return service


@pytest.fixture(scope="module")
def sound() -> bytes:
    """Return a sound snapshot."""
    service = taught()
    content = service.snapshots.take("default")
    service.close()
    return content


def damaged(content: bytes, damage: Damage) -> bytes:
    """Return a snapshot after some SQL, or more, has been at it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(content)
        connection.execute("PRAGMA ignore_check_constraints = ON")
        if isinstance(damage, str):
            connection.executescript(damage)
        else:
            damage(connection)
        return connection.serialize()


def state(**changes: object) -> Damage:
    """Return what changes some of a loop's settings."""

    def change(connection: sqlite3.Connection) -> None:
        (text,) = connection.execute("SELECT state FROM loops").fetchone()
        kept = json.loads(text)
        inner = {name: value for name, value in changes.items() if name in kept["configuration"]}
        kept["configuration"] |= inner
        kept |= {name: value for name, value in changes.items() if name not in inner}
        connection.execute("UPDATE loops SET state = ?", (json.dumps(kept),))

    return change


def inquiry(policy: str) -> Damage:
    """Return what asks for an evaluation of a policy."""
    asked = EvaluationRequest(JobKind.EVALUATION, "x", "x", NOON, NOON, NOON, policy, 0.2)
    row = (1, "evaluation", "x", 0, 0, to_request_json(asked), "running", "")

    def add(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO inquiries (loop, kind, id, created, automatic, asked, status, found)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    return add


def empty_the_index_of_ids(connection: sqlite3.Connection) -> None:
    """Leave an index that knows of no event, which a query by id would believe."""
    (page,) = connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_id'"
    ).fetchone()
    content, (size,) = connection.serialize(), connection.execute("PRAGMA page_size").fetchone()
    empty = bytes([10, 0, 0, 0, 0, size >> 8, size & 255, 0]).ljust(size, bytes(1))
    start = (page - 1) * size
    connection.deserialize(content[:start] + empty + content[start + size :])


DAMAGES: dict[str, Damage] = {
    "an index without rows": empty_the_index_of_ids,
    "junk models": "UPDATE models SET training = zeroblob(300), published = zeroblob(300)",
    "no such option": state(policy="--cb_explore_adf --nonsense"),
    "an option that ends": state(policy="--cb_explore_adf --help"),
    "an option that writes": state(policy="--cb_explore_adf --invert_hash /tmp/x"),
    "a default policy that writes": state(default_policy="--cb_explore_adf -f /tmp/x"),
    "no policy at all": state(policy=""),
    "exploration": state(exploration=7),
    "wait": state(reward_wait_time="P9999999D"),
    "no wait": state(reward_wait_time="PT0S"),
    "default reward": state(default_reward=float("inf")),
    "default reward beyond single precision": state(default_reward=1e200),
    "created": state(created="9999-12-31T23:59:59Z"),
    "naive time": state(exports_from="2026-01-01T00:00:00"),
    "no settings": "UPDATE loops SET state = '{}'",
    "two loops": "INSERT INTO loops SELECT 2, 'two', state, '', '', NULL FROM loops",
    "no loop": "DELETE FROM loops",
    "clock": "UPDATE settings SET value = '99999999999999999999' WHERE name = 'clock'",
    "end of time": "UPDATE settings SET value = '253402300799999999' WHERE name = 'clock'",
    "clock of words": "UPDATE settings SET value = 'noon' WHERE name = 'clock'",
    "no clock": "DELETE FROM settings",
    "mode": "UPDATE events SET learning_mode = 'x'",
    "at": "UPDATE events SET at = 253402300799999999",
    "far at": "UPDATE events SET at = 9e18",
    "context": "UPDATE events SET context = '{'",
    "context of numbers": "UPDATE events SET context = '[1]'",
    "actions": "UPDATE events SET actions = 77",
    "no text": "DELETE FROM texts",
    "text": "UPDATE texts SET text = '[[1, 2]]'",
    "text of nothing": "UPDATE texts SET text = '[]'",
    "order": "UPDATE events SET answer = '[[0,0],[0.5,0.5]]'",
    "order out of range": "UPDATE events SET answer = '[[0,5],[0.5,0.5]]'",
    "probabilities": "UPDATE events SET answer = '[[0,1],[0.5]]'",
    "infinite": "UPDATE events SET answer = '[[0,1],[1e999,0.5]]'",
    "negative": "UPDATE events SET answer = '[[0,1],[-1.0,0.5]]'",
    "eligible": "UPDATE events SET answer = '[[0,1],[0.5,0.5],[7]]'",
    "answer": "UPDATE events SET answer = 'null'",
    "deep": "UPDATE events SET answer = replace(hex(zeroblob(5000)), '0', '[')",
    "deferred": "UPDATE events SET deferred = 5",
    "half settled": "UPDATE events SET reward = 1 WHERE settled IS NULL",
    "settled twice": "UPDATE events SET settled = 1 WHERE settled IS NOT NULL",
    "infinite reward": "UPDATE events SET reward = 9e999 WHERE settled IS NOT NULL",
    "no reward": "UPDATE events SET reward = NULL WHERE settled IS NOT NULL",
    "lessons": "UPDATE models SET lessons = -1",
    "published lessons": "UPDATE models SET published_lessons = lessons + 1",
    "modified": "UPDATE models SET modified = 253402300799999999",
    "another loop's": "UPDATE events SET loop = 2",
    "observation": "UPDATE observations SET reward = 9e999",
    "observation of nobody": "UPDATE observations SET number = 99",
    "observation of another": "UPDATE observations SET event_id = 'x'",
    "late": "UPDATE observations SET late = 5",
    "no utf-8": "UPDATE events SET event_id = CAST(x'ff' AS TEXT)",
    "trigger": "CREATE TRIGGER t AFTER INSERT ON events BEGIN SELECT 1; END",
    "view": "CREATE VIEW v AS SELECT 1",
    "index": "CREATE INDEX i ON events (at)",
    "table": "CREATE TABLE more (x)",
    "no table": "DROP TABLE texts",
    "no index": "DROP INDEX events_by_id",
    "later version": "PRAGMA user_version = 99",
    "negative version": "PRAGMA user_version = -1",
    "counts": 'INSERT INTO forgotten VALUES (1, 0, 0, 0, 0, 0, \'{"recent": "x"}\')',
    "inquiry": "INSERT INTO inquiries VALUES (1, 1, 'evaluation', 'x', 0, 0, '{', 'running', '')",
    "inquiry that writes": inquiry("--cb_explore_adf -f /tmp/x"),
}


def looked_at(service: Service) -> list[object]:
    """Return what is kept of everything."""
    service.flush()
    tables = ("settings", "loops", "events", "observations", "texts", "models", "inquiries")
    return [service.queue.query(f"SELECT * FROM {table}").fetchall() for table in tables]  # noqa: S608 (constants)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return a service that refuses whatever comes, and its folder."""
    return taught(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_snapshot_no_loop_can_live_with_is_refused_and_nothing_changes(
    sound: bytes, standing: Service, damage: str
) -> None:
    """One clear 400, and everything that is kept stays what it was."""
    before = looked_at(standing)

    with pytest.raises(ApiError) as refused:
        asyncio.run(standing.snapshots.restore("default", damaged(sound, DAMAGES[damage])))

    assert (refused.value.status, refused.value.code) == (400, "InvalidSnapshot")
    assert "\n" not in refused.value.message
    after = looked_at(standing)
    after[0] = [row for row in after[0] if not str(row[0]).startswith("discard:")]  # type: ignore[attr-defined]  # rows of a table
    before[0] = [row for row in before[0] if not str(row[0]).startswith("discard:")]  # type: ignore[attr-defined]  # rows of a table
    assert after == before


def test_a_restored_loop_survives_a_kill_at_once(tmp_path: Path, sound: bytes) -> None:
    """What was brought in is the loop's, and what it replaced is gone for good."""
    service = taught(tmp_path / "a")
    service.default.loop.rank(RankRequest("more", "[]", ACTIONS))
    asyncio.run(service.snapshots.restore("default", sound))
    expected = service.default.loop.stats, service.default.loop.model()
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    service.close()

    again = build_service(Settings(data_folder=tmp_path / "b", manual_clock_from=NOON))

    assert (again.default.loop.stats, again.default.loop.model()) == expected
    for table in ("events", "observations", "texts", "models"):
        rows = again.queue.query(f"SELECT DISTINCT loop FROM {table}").fetchall()  # noqa: S608 (constants)
        assert rows == [(again.default.number,)]
    again.close()


def test_a_kill_while_rows_come_in_changes_nothing(tmp_path: Path, sound: bytes) -> None:
    """They are under the number of no loop, and gone after the next start."""
    service = taught(tmp_path / "a")
    before = service.default.loop.stats
    content = damaged(sound, "UPDATE events SET event_id = 'other' WHERE number = 1")
    number = 7
    service.queue.write("REPLACE INTO settings VALUES ('discard:7', '')", ())
    with closing(sqlite3.connect(":memory:")) as copy:
        copy.deserialize(content)
        for row in copy.execute("SELECT * FROM texts"):
            service.queue.write("INSERT INTO texts VALUES (?, ?, ?)", (number, *row[1:]))
    service.flush()
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    service.close()

    again = build_service(Settings(data_folder=tmp_path / "b", manual_clock_from=NOON))

    assert again.default.loop.stats == before
    assert again.queue.query("SELECT 1 FROM texts WHERE loop = 7").fetchall() == []
    assert again.queue.query("SELECT 1 FROM settings WHERE name GLOB 'discard*'").fetchall() == []
    again.close()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE loops SET state = replace(state, '--cb_explore_adf', '--nonsense')", "nonsense"),
        ("UPDATE loops SET state = replace(state, 'adf', 'adf --help')", "help"),
        ("UPDATE loops SET state = '{'", "LoopState"),
        ("UPDATE models SET training = zeroblob(99), published = zeroblob(99)", "model"),
        ("UPDATE events SET at = 9e17 WHERE settled IS NULL", "range"),
        ("DELETE FROM texts", ""),
    ],
)
def test_a_folder_that_cannot_go_on_is_refused_in_one_line_that_names_the_loop(
    tmp_path: Path, sql: str, expected: str
) -> None:
    """As an older version may have left one."""
    taught(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        connection.execute(sql)

    with pytest.raises(DataUnusable) as refused:
        build_service(Settings(data_folder=tmp_path, manual_clock_from=NOON))

    assert "\n" not in str(refused.value)
    assert expected in str(refused.value)
    assert "loop 'default'" in str(refused.value)
