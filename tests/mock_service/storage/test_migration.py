"""Files of earlier versions are brought to this one, with all they hold."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from mock_service.build import build_service
from mock_service.evaluation.job import JobKind
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import Settings
from mock_service.storage.database import FILE, open_in_memory
from mock_service.storage.schema import VERSION

ACTIONS = (Action("a", '[{"x":1}]'), Action("b", '[{"y":1}]'))
FIRST = """DROP TABLE inquiries; DROP TABLE forgotten; DROP TABLE looks; DROP TABLE uncertain;
    ALTER TABLE loops DROP COLUMN place; ALTER TABLE events DROP COLUMN superseded;
    ALTER TABLE observations DROP COLUMN late; PRAGMA user_version = 1;"""
"""What makes a file one of version 1, which knew neither evaluations nor what restarts have to."""


def tables(connection: sqlite3.Connection) -> list[object]:
    """Return all there is to a file's tables."""
    query = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    return connection.execute(query).fetchall()


def test_a_file_of_version_1_is_taken_over(tmp_path: Path) -> None:
    """Its events stay, its tables become those of a new file, and inquiries can be kept."""
    service = build_service(Settings(data_folder=tmp_path))
    service.default.loop.rank(RankRequest("e", "[]", ACTIONS))
    service.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript(FIRST)

    service = build_service(Settings(data_folder=tmp_path))
    counted = service.default.loop.stats.decisions
    asked = service.jobs.all(service.default.number, JobKind.EVALUATION)
    service.close()

    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        new = open_in_memory()
        assert tables(connection) == tables(new.reader)
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        new.close()
    assert (counted, asked) == (1, [])


def test_a_snapshot_of_version_1_is_restored(tmp_path: Path) -> None:
    """It was a file of the same tables."""
    service = build_service(Settings())
    service.default.loop.rank(RankRequest("e", "[]", ACTIONS))
    old = tmp_path / "old.snapshot"
    old.write_bytes(service.snapshots.take("default"))
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(FIRST)
    service.default.loop.rank(RankRequest("f", "[]", ACTIONS))

    asyncio.run(service.snapshots.restore("default", old.read_bytes()))

    assert service.default.loop.stats.decisions == 1
    service.close()
