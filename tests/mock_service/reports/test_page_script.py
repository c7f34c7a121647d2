"""The script of every page is put together once, and kept where only its owner can write."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import vl_convert

from mock_service.reports import page_script as module
from mock_service.reports.page_script import page_script


class _Maker:
    """Puts a short script together, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, _: str) -> str:
        self.made += 1
        return "window.vegaEmbed = 1;\r\n// é"


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Maker]:
    """Return who is asked for a script, in a user's folder that is not there yet."""
    maker = _Maker()
    monkeypatch.setenv("PERSONALIZER_LAB_FOLDER", str(tmp_path / "mine"))
    monkeypatch.setattr(vl_convert, "javascript_bundle", maker)
    page_script.cache_clear()
    yield maker
    page_script.cache_clear()


def _asked_again() -> str:
    """Return the script as another process would get it."""
    page_script.cache_clear()
    return page_script()


def _kept(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "mine").iterdir()
    return file


def test_a_second_process_reads_what_the_first_has_made(maker: _Maker, tmp_path: Path) -> None:
    """The same text, to the character, from a file of one's own."""
    first = page_script()

    assert _asked_again() == first
    assert maker.made == 1
    assert _kept(tmp_path).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_read(maker: _Maker, tmp_path: Path, mode: int) -> None:
    """It would run in every report: it is made anew, and shut."""
    page_script()
    file = _kept(tmp_path)
    file.write_text("window.evil = 1;")
    file.chmod(mode)

    assert "evil" not in _asked_again()
    assert maker.made == 2
    assert _kept(tmp_path).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"// abc\nwindow", b"\xff\xfe"])
def test_what_was_cut_short_is_made_again(maker: _Maker, tmp_path: Path, content: bytes) -> None:
    """Its digest says so."""
    page_script()
    _kept(tmp_path).write_bytes(content)

    assert _asked_again().startswith("window.vegaEmbed")
    assert maker.made == 2
    assert _asked_again().startswith("window.vegaEmbed")
    assert maker.made == 2


def test_one_of_another_version_gives_way(
    maker: _Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder holds one script."""
    page_script()
    monkeypatch.setattr(module, "version", lambda _: "99")

    _asked_again()

    assert _kept(tmp_path).name == "page-script-99.js"
    assert maker.made == 2


def test_without_a_folder_it_is_made_each_time(maker: _Maker, tmp_path: Path) -> None:
    """A report is written all the same."""
    (tmp_path / "mine").touch()

    assert page_script() == _asked_again()
    assert maker.made == 2
