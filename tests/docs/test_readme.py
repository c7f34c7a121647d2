"""Every command in the README is run, and every option and preset is described there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mock_service.vowpal.presets import PRESETS
from tests.helpers.command_line import command
from tests.helpers.servers import ROOT, served_by_command

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
LINES = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines()]
COMMANDS = [shlex.split(line)[1:] for line in LINES if line.startswith("personalizer-lab ")]
TARGETS = [line.removeprefix("make ") for line in LINES if line.startswith("make ")]


def test_the_readme_holds_nothing_but_known_kinds_of_commands() -> None:
    """A line that no test runs would be a promise nobody keeps."""
    assert len(COMMANDS) + len(TARGETS) == len([line for line in LINES if line])
    assert COMMANDS


@pytest.mark.parametrize("arguments", [c for c in COMMANDS if c[0] != "serve"], ids=" ".join)
def test_a_command_of_the_readme_runs(arguments: list[str], tmp_path: Path) -> None:
    """As it stands there."""
    ended = command(*arguments, folder=tmp_path)

    assert ended.code == 0, ended.err
    assert ended.out


@pytest.mark.parametrize("arguments", [c for c in COMMANDS if c[0] == "serve"], ids=" ".join)
def test_a_serve_command_of_the_readme_serves(arguments: list[str]) -> None:
    """On a free port, so as not to disturb what runs here."""
    options = [option for option in arguments[1:] if not option.isdigit() and option != "--port"]

    with served_by_command(*options) as endpoint:
        assert endpoint.rank({"actions": [{"id": "a", "features": [{"f": 1}]}]}).status_code == 201


@pytest.mark.parametrize("number", range(3))
def test_a_use_of_the_readme_runs_as_it_stands_there(number: int, tmp_path: Path) -> None:
    """One of each of the three kinds, and each says something."""
    scripts = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    ended = subprocess.run(
        [sys.executable, "-c", scripts[number]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(scripts) == 3
    assert ended.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_a_make_target_of_the_readme_exists(target: str) -> None:
    """`make demo` and `make test` come first."""
    makefile = Path(ROOT, "Makefile").read_text(encoding="utf-8")

    assert re.search(rf"^{target}: ", makefile, flags=re.MULTILINE)
    assert TARGETS[:2] == ["demo", "test"]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_named_in_the_readme(preset: str) -> None:
    """A policy one cannot find is none."""
    assert f"`{preset}`" in README


def test_the_commands_at_the_top_are_among_those_that_run() -> None:
    """The table of uses names a command for each, which stands in a block further down."""
    uses = re.findall(r"^\| .* \| `personalizer-lab (.+)` \|$", README, flags=re.MULTILINE)

    assert len(uses) == 3
    for use in uses:
        assert any(set(shlex.split(use)) <= set(arguments) for arguments in COMMANDS)


def test_the_pictures_are_of_a_command_of_the_readme() -> None:
    """`make pictures` draws what the reader would see."""
    makefile = Path(ROOT, "Makefile").read_text(encoding="utf-8")
    (pictured,) = re.findall(r"^PICTURED := (.+)$", makefile, flags=re.MULTILINE)

    assert shlex.split(pictured) in COMMANDS


@pytest.mark.parametrize(
    "document",
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_links_and_pictures_are_there(document: Path) -> None:
    """Those within the repository."""
    text = document.read_text(encoding="utf-8")
    found = re.findall(r"\]\(([^)#\s]+)|<img src=\"([^\"]+)\"", text)
    targets = {link or picture for link, picture in found}

    missing = {
        target
        for target in targets
        if "://" not in target and not (document.parent / target).exists()
    }
    assert missing == set()
