"""What is built is what is needed: the wheel to work anywhere, the sdist to be worked on."""

import json
import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from tests.helpers.servers import ROOT

SCENARIOS = {path.stem for path in (ROOT / "scenarios").glob("*.toml")}
SUITE = "def test_a(personalizer):\n    assert personalizer.endpoint.startswith('http://127.')\n"
OF_A_CHECKOUT = [
    ".ci/run",
    ".dockerignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "compose.yaml",
    "constraints.txt",
    "docs/scenario.schema.json",
    "examples/node/package-lock.json",
    "mock_service/rest/swagger_ui/LICENSE",
    "mock_service/rest/swagger_ui/swagger-ui-bundle.js",
    "mock_service/reports/assets/page.html",
    "tests/simulator/scenario/broken/cast.toml",
]

pytestmark = pytest.mark.slow


def run(*words: str | Path, folder: Path) -> str:
    """Run a command as on a machine where this checkout is not, and return what it printed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}
    done = subprocess.run(
        words, cwd=folder, env=kept, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, folder=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of a clean environment with the wheel, and pytest, in it."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    (wheel,) = built.glob("*.whl")
    pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, "pytest")
    run(*pip, "--constraint", ROOT / "constraints.txt", folder=folder)
    return folder / "bin"


def test_the_wheel_runs_and_finds_the_scenarios(installed: Path, tmp_path: Path) -> None:
    """From a folder that holds nothing."""
    program = installed / "personalizer-lab"

    text = run(program, "simulate", "news", "--rounds", "200", "--json", folder=tmp_path)
    listed = run(program, "scenarios", "list", folder=tmp_path)

    assert json.loads(text)["rounds"] == 200
    assert {name for name in SCENARIOS if name not in listed} == set()


def test_the_wheel_writes_new_scenarios_and_reports(installed: Path, tmp_path: Path) -> None:
    """Both come from files that are no Python."""
    program = installed / "personalizer-lab"
    grid = ("--vary", "exploration=0.1,0.2", "--seeds", "2", "--rounds", "100")

    run(program, "scenarios", "new", "mine.toml", folder=tmp_path)
    run(program, "compare", "mine.toml", *grid, "--out", tmp_path / "report", folder=tmp_path)

    assert (tmp_path / "report" / "report.html").exists()


def test_the_wheel_brings_the_pytest_plugin(installed: Path, tmp_path: Path) -> None:
    """The fixture is there without an import."""
    (tmp_path / "test_mine.py").write_text(SUITE)

    assert "1 passed" in run(installed / "python", "-m", "pytest", "-q", folder=tmp_path)


def test_the_wheel_says_that_it_is_typed(installed: Path, tmp_path: Path) -> None:
    """Both houses do."""
    script = (
        "import mock_service, simulator, pathlib\n"
        "print([(pathlib.Path(m.__file__).parent / 'py.typed').exists() "
        "for m in (mock_service, simulator)])"
    )

    assert run(installed / "python", "-c", script, folder=tmp_path).strip() == "[True, True]"


def test_the_sdist_can_be_worked_on(built: Path, tmp_path: Path) -> None:
    """Every test module is there with what it reads, and some tests pass."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(tmp_path, filter="data")
    (root,) = tmp_path.iterdir()

    pytest_ = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    run(*pytest_, "--collect-only", folder=root)

    assert [name for name in OF_A_CHECKOUT if not (root / name).exists()] == []
    assert "passed" in run(
        *pytest_, "tests/architecture", "tests/docs/test_decisions.py", folder=root
    )
