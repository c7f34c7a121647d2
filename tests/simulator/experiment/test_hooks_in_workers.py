"""What a user's own function fails with is told as it is, whoever ran it."""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from personalizer_lab import compare
from simulator.errors import HookProblem, RecordInvalid, ScenarioInvalid, WorkersFailed
from simulator.scenario.template import TEMPLATE
from tests.helpers.servers import ROOT


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_hook_is_that_error_with_file_and_line(tmp_path: Path, workers: int) -> None:
    """In this process and in a worker's."""
    hooks, story = tmp_path / "failing.py", tmp_path / "story.toml"
    hooks.write_text("def score(signals):\n    return len(signals) / 0\n")
    story.write_text(
        TEMPLATE.replace("weights = { click = 1.0 }", 'hook = "failing:score"\nwait = "5m"')
    )
    sys.modules.pop("failing", None)

    with pytest.raises(HookProblem, match="ZeroDivisionError: division by zero") as error:
        compare(str(story), {"exploration": [0, 0.2]}, seeds=5, rounds=30, workers=workers)

    assert f"{hooks}:2: " in str(error.value)
    assert error.value.hook == "failing:score"


@pytest.mark.parametrize(
    "error",
    [
        HookProblem("a:b", "it fails"),
        ScenarioInvalid(["one", "two"]),
        WorkersFailed("exploration=0", 3),
        RecordInvalid(Path("x.csv"), 3, "no interaction"),
    ],
)
def test_an_error_travels_between_processes_as_it_is(error: Exception) -> None:
    """With its words and what it knows."""
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301 (made in the same line)

    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert arrived.__dict__ == error.__dict__


def test_an_interrupt_says_how_many_runs_are_kept_and_how_to_go_on(tmp_path: Path) -> None:
    """And the same command with --resume does the rest."""
    words = ["compare", "news", "--vary", "exploration=0,0.2", "--rounds", "3000", "--seeds", "60"]
    place = ["--out", str(tmp_path / "out"), "--workers", "1"]
    running = subprocess.Popen(
        [sys.executable, "-m", "simulator", *words, *place],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    kept = tmp_path / "out" / "runs.jsonl"
    while not kept.exists() or kept.read_bytes().count(b"\n") < 2:
        time.sleep(0.05)
        assert running.poll() is None

    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)

    assert running.returncode == 130
    count = kept.read_bytes().count(b"\n")
    assert f"Interrupted: {count} finished runs are kept in {tmp_path / 'out'}." in said
    assert "The same command goes on there with --resume." in said
    assert "Traceback" not in said
