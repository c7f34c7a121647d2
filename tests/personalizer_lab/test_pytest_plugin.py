"""The pytest plugin, as a suite of somebody else's sees it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.servers import ROOT

HEAVY = ("fastapi", "uvicorn", "pydantic", "numpy", "vowpalwabbit")


def run_suite(folder: Path, test: str, *options: str, ini: str = "") -> str:
    """Run a suite of one file in a process of its own, and return what pytest printed."""
    (folder / "pytest.ini").write_text(f"[pytest]\n{ini}")
    (folder / "test_it.py").write_text(test)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:hypothesispytest",
    ]
    done = subprocess.run(
        [*command, *options], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    return done.stdout + done.stderr


def test_a_suite_that_wants_no_personalizer_pays_for_none(tmp_path: Path) -> None:
    """It starts without the server's libraries."""
    test = f"import sys\n\ndef test_a():\n    assert not set(sys.modules) & set({HEAVY!r})\n"

    assert "1 passed" in run_suite(tmp_path, test)


SETTINGS = """
import pytest

def report(personalizer):
    loop = personalizer._emulator.service.default.loop.state
    return loop.mode.value, loop.seed, loop.configuration.exploration, loop.policy

def test_ini(personalizer):
    assert report(personalizer)[:3] == ("azure", "from ini", 0.2)

@pytest.mark.personalizer(mode="quick", exploration=0.5, seed=7)
class TestMarked:
    def test_class(self, personalizer):
        assert report(personalizer)[:3] == ("quick", "7", 0.5)

    @pytest.mark.personalizer(policy="squarecb", seed="closest")
    def test_function(self, personalizer):
        assert report(personalizer)[:3] == ("quick", "closest", 0.5)
        assert "squarecb" in report(personalizer)[3]

def test_ini_again(personalizer):
    assert report(personalizer)[:3] == ("azure", "from ini", 0.2)
"""


def test_the_closest_marker_wins_over_the_ini_file(tmp_path: Path) -> None:
    """And the next test has the ini file's settings again."""
    ini = "personalizer_mode = azure\npersonalizer_seed = from ini\n"

    assert "4 passed" in run_suite(tmp_path, SETTINGS, ini=ini)


SET_UP = """
import pytest

@pytest.mark.parametrize("again", [1, 2])
def test_each_test_begins_as_the_file_says(personalizer, again):
    loops = personalizer._emulator.service.loops
    assert sorted(loops) == ["default", "shop"]
    assert loops["default"].loop.training_status().trained_events == 20
    assert loops["shop"].loop.state.seed == "9"
    personalizer.teach({}, {"id": "a", "features": [{"x": 1}]}, 1)
"""


def test_a_suite_may_begin_with_a_setup_file(tmp_path: Path) -> None:
    """Named in the ini file, as seen from there."""
    (tmp_path / "setup.toml").write_text(
        "[loops.shop]\nseed = 9\n[[loops.default.lessons]]\n"
        'action = { id = "a", features = [{ x = 1 }] }\nreward = 1\ntimes = 20\n'
    )

    assert "2 passed" in run_suite(tmp_path, SET_UP, ini="personalizer_setup = setup.toml\n")
    missing = run_suite(tmp_path, SET_UP, ini="personalizer_setup = none.toml\n")
    assert "none.toml: cannot be read: No such file or directory" in missing


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("colour='red'", "the marker personalizer takes mode=..., policy=..., seed=..."),
        ("mode='slow'", "mode: expected one of quick, azure, got 'slow'"),
        ("policy='nonsense'", "is no learning policy"),
        ("exploration=2", "exploration: expected a share in [0, 1]"),
    ],
)
def test_a_wrong_setting_is_said(tmp_path: Path, marker: str, expected: str) -> None:
    """In the words of what refused it."""
    test = (
        "import pytest\n\n"
        f"@pytest.mark.personalizer({marker})\ndef test_a(personalizer):\n    pass\n"
    )

    assert expected in run_suite(tmp_path, test)


def test_a_scripted_choice_nobody_offered_is_a_warning(tmp_path: Path) -> None:
    """A typo in an action id would go unnoticed otherwise."""
    test = "def test_a(personalizer):\n    personalizer.will_choose('a typo')\n"

    assert "ScriptNotFollowed: will_choose('a typo')" in run_suite(tmp_path, test)


def test_the_shops_two_hundred_tests_pass() -> None:
    """The guide on clients runs them on two workers, and in random order."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT / "examples" / "shop",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert "200 passed" in done.stdout, done.stdout
