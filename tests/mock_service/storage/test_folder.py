"""The data folder: one server at a time, and nothing is ever written over what is damaged."""

import sqlite3
from pathlib import Path

import pytest

from mock_service.build import build_service
from mock_service.errors import DataUnusable
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import Settings
from mock_service.storage.database import FILE
from tests.helpers.command_line import command
from tests.helpers.servers import served_by_command

ACTIONS = (Action("a", '[{"x":1}]'), Action("b", '[{"y":1}]'))


def test_a_second_server_on_the_same_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    """It says what to do, and the first one goes on."""
    service = build_service(Settings(data_folder=tmp_path))

    ended = command("serve", "--port", "0", "--data-dir", str(tmp_path))

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "is in use by another server" in ended.err
    service.default.loop.rank(RankRequest("e", "[]", ACTIONS))
    service.close()


@pytest.mark.parametrize("damage", ["noise", "cut"])
def test_a_damaged_file_is_reported_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    """Whether it is no database at all or one with its end missing."""
    service = build_service(Settings(data_folder=tmp_path))
    for number in range(200):
        service.default.loop.rank(RankRequest(f"e{number}", "[]", ACTIONS))
    service.close()
    path = tmp_path / FILE
    whole = path.read_bytes()
    path.write_bytes(b"noise" * 5000 if damage == "noise" else whole[: len(whole) // 2])
    damaged = path.read_bytes()

    with pytest.raises(DataUnusable, match="left as it is"):
        build_service(Settings(data_folder=tmp_path))

    assert path.read_bytes() == damaged
    path.write_bytes(whole)
    assert build_service(Settings(data_folder=tmp_path)).default.loop.stats.decisions == 200


def test_a_file_of_a_later_version_is_refused(tmp_path: Path) -> None:
    """And stays what it is."""
    build_service(Settings(data_folder=tmp_path)).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(DataUnusable, match="version 99"):
        build_service(Settings(data_folder=tmp_path))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """For instance when a file has its name."""
    (tmp_path / "taken").write_text("")

    with pytest.raises(DataUnusable, match="taken cannot be written"):
        build_service(Settings(data_folder=tmp_path / "taken"))


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        (["--mode", "azure"], ["--mode", "quick"], "--mode 'azure'"),
        ([], ["--exploration", "0.5"], "--exploration 0.2"),
        ([], ["--policy", "squarecb"], "--policy"),
        (["--clock", "manual", "--clock-start", "2999-01-01"], [], "--clock manual"),
        ([], ["--clock-start", "2999-01-01"], "belongs to --clock manual"),
    ],
)
def test_options_that_contradict_what_is_kept_are_refused(
    tmp_path: Path, first: list[str], then: list[str], expected: str
) -> None:
    """In one line, with exit code 2."""
    folder = ["--data-dir", str(tmp_path)]
    with served_by_command(*folder, *first):
        pass

    ended = command("serve", "--port", "0", *folder, *then)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert expected in ended.err
