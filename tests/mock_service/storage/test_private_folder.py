"""Nobody but its owner can read a data folder, nor the folder of this machine's keys."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mock_service.build import build_service
from mock_service.security.certificates import USER_FILES
from mock_service.security.signing import open_signer
from mock_service.security.tls import open_tls
from mock_service.settings import Settings
from mock_service.storage.database import FILE
from tests.helpers.command_line import command

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def any_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let new files have whatever mode a user's shell asks for."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Return the permissions of a folder, under '.', and of all files in it."""
    paths = {".": folder} | {path.name: path for path in folder.iterdir()}
    return {name: path.stat().st_mode & 0o777 for name, path in paths.items()}


@pytest.mark.usefixtures("any_umask")
def test_a_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """The file, its log, the index of that and the lock, while a server runs and afterwards."""
    folder = tmp_path / "parent" / "data"
    service = build_service(Settings(data_folder=folder))
    while_running = modes(folder)
    service.close()

    assert len(while_running) == 5
    for found in (while_running, modes(folder)):
        assert found.pop(".") == 0o700
        assert set(found.values()) == {0o600}


def test_a_folder_of_an_older_version_is_shut(tmp_path: Path) -> None:
    """It was readable by all; one with other things in it keeps its mode, but not its files."""
    for name in ("ours", "shared"):
        build_service(Settings(data_folder=tmp_path / name)).close()
        (tmp_path / name / FILE).chmod(0o644)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "shared" / "notes.txt").write_text("")

    for name in ("ours", "shared"):
        build_service(Settings(data_folder=tmp_path / name)).close()

    assert (modes(tmp_path / "ours")["."], modes(tmp_path / "ours")[FILE]) == (0o700, 0o600)
    assert (modes(tmp_path / "shared")["."], modes(tmp_path / "shared")[FILE]) == (0o755, 0o600)


@pytest.mark.usefixtures("any_umask")
def test_keys_and_certificates_are_their_owners_alone(tmp_path: Path) -> None:
    """In a folder that is made for them, and in one that was open before."""
    folder = tmp_path / "lab"
    for _ in range(2):
        open_signer(folder, NOON)
        open_tls(folder, NOON)
        found = modes(folder)
        assert found.pop(".") == 0o700
        assert found == dict.fromkeys(USER_FILES, 0o600)
        folder.chmod(0o755)
        for name in USER_FILES:
            (folder / name).chmod(0o644)


def test_an_exported_log_is_its_owners_alone(tmp_path: Path) -> None:
    """It holds the contexts of users."""
    build_service(Settings(data_folder=tmp_path / "data")).close()
    out = tmp_path / "log.dsjson"

    ended = command("logs", "export", "--out", str(out), "--data-dir", str(tmp_path / "data"))

    assert (ended.code, out.stat().st_mode & 0o777) == (0, 0o600)
