"""A folder with packages of the names of ours beside somebody's tests."""

import subprocess
import sys
from pathlib import Path

import pytest

from personalizer_lab.shadowing import PACKAGES


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project that has a ``mock_service`` and a ``simulator`` of its own, and tests."""
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("ANSWER = 42\n")
    (tmp_path / "test_own.py").write_text(
        "import mock_service, simulator\n\n\n"
        "def test_own():\n    assert mock_service.ANSWER == simulator.ANSWER == 42\n"
    )
    (tmp_path / "test_ours.py").write_text("def test_ours(personalizer):\n    pass\n")
    return tmp_path


def run_pytest(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a suite as ``python -m pytest`` does, which puts the working directory first."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def test_their_tests_run(project: Path) -> None:
    """The plugin loads neither of ours before the fixture is asked for."""
    done = run_pytest(project, "test_own.py")

    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_fixture_says_in_one_line_what_stands_in_its_way(project: Path) -> None:
    """Where the other package is, where ours is, and what to do; and no traceback."""
    done = run_pytest(project, "test_ours.py")

    (line,) = {
        one for one in done.stdout.splitlines() if "hides a package" in one and one[:1] != "E"
    }
    assert f"'mock_service' is found in {project / 'mock_service'}" in line
    assert "Rename that folder" in line
    assert "Traceback" not in done.stdout


def test_the_public_package_raises_it(project: Path) -> None:
    """As an ImportError that programs can catch."""
    code = (
        "import personalizer_lab\n"
        "try:\n    personalizer_lab.simulate\n"
        "except personalizer_lab.PackageShadowed as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True
    )

    assert done.stdout.count("\n") == 1
    assert "this folder hides a package of personalizer-lab" in done.stdout


def test_the_command_ends_with_one_line_and_exit_code_2(project: Path) -> None:
    """Where the import path leads to another package."""
    code = "from personalizer_lab.command import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "personalizer-lab: this folder hides a package of personalizer-lab"
    )
    assert done.stderr.count("\n") == 1
