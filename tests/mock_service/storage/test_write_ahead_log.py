"""A write-ahead log that is damaged, cut or missing is said at the next start, with its cost."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mock_service.build import build_service
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import Settings
from mock_service.storage.database import FILE, LOG_BYTES
from mock_service.storage.wal_file import read_index, read_wal

ACTIONS = (Action("a", '[{"x":1}]'), Action("b", '[{"y":1}]'))
EVENTS = 60


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """Return the folder of a server that was killed: everything is in its log."""
    folder = tmp_path / "killed"
    service = build_service(Settings(data_folder=tmp_path / "data"))
    for number in range(EVENTS):
        service.default.loop.rank(RankRequest(f"e{number}", "[]", ACTIONS))
        service.flush()
    shutil.copytree(tmp_path / "data", folder)
    service.close()
    return folder


def started(folder: Path) -> int:
    """Start, stop, and return how many decisions were found."""
    service = build_service(Settings(data_folder=folder))
    service.close()
    return service.default.loop.stats.decisions


def log_of(folder: Path) -> Path:
    """Return the write-ahead log of a folder."""
    return folder / f"{FILE}-wal"


def test_a_kill_is_no_loss(killed: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is said, twice in a row, and everything is there."""
    assert [started(killed), started(killed)] == [EVENTS, EVENTS]
    assert caplog.messages == []


def test_a_log_of_another_programs_closing_is_no_loss(
    killed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever looks into the file last moves the log into it, and removes it."""
    with closing(sqlite3.connect(killed / FILE)) as connection:
        connection.execute("SELECT count(*) FROM events").fetchone()

    assert not log_of(killed).exists()
    assert (started(killed), caplog.messages) == (EVENTS, [])


@pytest.mark.parametrize("with_index", [True, False])
def test_a_damaged_log_is_said(
    killed: Path, caplog: pytest.LogCaptureFixture, *, with_index: bool
) -> None:
    """A flipped bit costs what comes after it, whether or not the log's index is there."""
    log = log_of(killed)
    frames = read_wal(log).frames
    with log.open("r+b") as file:
        file.seek(32 + 4120 * (frames // 2) + 100)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    if not with_index:
        (killed / f"{FILE}-shm").unlink()

    found = started(killed)

    assert 0 < found < EVENTS
    assert len(caplog.messages) == 1
    assert "is damaged" in caplog.messages[0]
    assert f"{found} decisions" in caplog.messages[0]
    assert caplog.messages[0].count("\n") == 1


@pytest.mark.parametrize("damage", ["cut", "missing", "head", "empty"])
def test_what_is_left_of_a_log_is_served_and_the_rest_is_said(
    killed: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    """Cut in the middle, removed, without a head, or emptied."""
    log = log_of(killed)
    expected = {"cut": "is cut short", "missing": "is missing", "head": "is damaged"}
    if damage == "cut":
        os.truncate(log, 32 + 4120 * (read_wal(log).frames // 2) + 7)
    elif damage == "missing":
        log.unlink()
    elif damage == "empty":
        os.truncate(log, 0)
    else:
        content = log.read_bytes()
        log.write_bytes(bytes(8) + content[8:])

    found = started(killed)

    assert found < EVENTS
    assert expected.get(damage, "is missing") in caplog.messages[0]
    caplog.clear()
    assert (started(killed), caplog.messages) == (found, [])


def test_a_log_that_is_missing_with_its_index_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing tells how much it held, only that the file was never closed."""
    service = build_service(Settings(data_folder=tmp_path / "data"))
    service.default.loop.rank(RankRequest("e", "[]", ACTIONS))
    service.close()
    service = build_service(Settings(data_folder=tmp_path / "data"))
    service.default.loop.rank(RankRequest("f", "[]", ACTIONS))
    service.flush()
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "data" / FILE, tmp_path / "copy" / FILE)
    service.close()

    assert started(tmp_path / "copy") == 1
    assert "is missing" in caplog.messages[0]


def test_a_log_that_has_been_moved_costs_nothing_when_it_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is put aside, as its older pages would hide what is in the file."""
    service = build_service(Settings(data_folder=tmp_path / "data"))
    for number in range(EVENTS):
        service.default.loop.rank(RankRequest(f"e{number}", "[]", ACTIONS))
        service.flush()
    with closing(sqlite3.connect(tmp_path / "data" / FILE)) as other:
        other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        shutil.copytree(tmp_path / "data", tmp_path / "copy")
    service.close()
    log = log_of(tmp_path / "copy")
    content = log.read_bytes()
    log.write_bytes(content[:200] + b"\xff" * 50 + content[250:])

    assert (started(tmp_path / "copy"), caplog.messages) == (EVENTS, [])
    assert (tmp_path / "copy" / f"{FILE}-wal.damaged").is_file()


def test_the_reader_of_logs_counts_as_sqlite_does(tmp_path: Path) -> None:
    """Frames and salts of a log are those its index tells, whatever the pages hold."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE t (x)")
        for number in range(300):
            connection.execute("INSERT INTO t VALUES (?)", ("x" * (number * 37 % 5000),))
        found, index = read_wal(Path(f"{path}-wal")), read_index(Path(f"{path}-shm"))

    assert index is not None
    assert (found.frames, found.salts, found.stray) == (index.frames, index.salts, 0)
    assert found.frames > 300
    assert found.size < LOG_BYTES
