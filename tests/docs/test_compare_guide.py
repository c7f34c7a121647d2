"""Every command and script in the guide to comparing is run, and every factor is described."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from simulator.experiment.factors import FACTORS
from simulator.experiment.objective import OBJECTIVES
from simulator.experiment.request import read_request, to_plan
from tests.helpers.command_line import command
from tests.helpers.servers import ROOT

GUIDE = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, flags=re.DOTALL)


COMMANDS = [shlex.split(line)[1:] for block in _blocks("sh") for line in block.splitlines()]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_of_the_guide_runs(arguments: list[str], tmp_path: Path) -> None:
    """Into a folder of the test's own."""
    index = arguments.index("--out") + 1
    arguments = [*arguments[:index], str(tmp_path), *arguments[index + 1 :]]

    ended = command(*arguments)

    assert ended.code == 0, ended.err
    assert (tmp_path / "report.html").exists()


def test_the_script_of_the_guide_runs(tmp_path: Path) -> None:
    """As it stands there."""
    (script,) = _blocks("python")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, env=environment)

    assert (tmp_path / "comparison" / "report.html").exists()


def test_the_plan_of_the_guide_is_one(tmp_path: Path) -> None:
    """Five rates and two policies."""
    (text,) = _blocks("toml")
    (tmp_path / "plan.toml").write_text(text)

    plan = to_plan(read_request(tmp_path / "plan.toml"))

    assert len(plan.settings) == 10
    assert plan.settings[plan.baseline].level("exploration") == "0.2"


def test_every_factor_and_objective_is_described() -> None:
    """What one cannot find cannot be varied."""
    for name in [*FACTORS, *OBJECTIVES]:
        assert f"`{name}`" in GUIDE


def test_the_compose_file_starts_a_scheduler_and_workers() -> None:
    """From an image that the repository describes, with the scheduler on loopback only."""
    folder = ROOT / "examples" / "cluster"
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"]

    assert services["scheduler"]["ports"] == ["127.0.0.1:8786:8786"]
    for service in services.values():
        assert (folder / service["build"]["context"] / service["build"]["dockerfile"]).exists()
        assert service["command"].startswith("dask ")
