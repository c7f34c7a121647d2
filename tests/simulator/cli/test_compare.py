"""``personalizer-lab compare``, run as a person would run it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mock_service.errors import MockServiceError
from simulator.cli.commands import commands
from simulator.errors import SimulatorError
from tests.helpers.command_line import command

SMALL = ("--seeds", "3", "--rounds", "60")
RATES = ("--vary", "exploration=0,0.2")


def _out(folder: Path) -> tuple[str, str]:
    return "--out", str(folder)


def test_one_worker_and_two_write_the_same_bytes(tmp_path: Path) -> None:
    """results.csv holds nothing but what the seeds decide."""
    for workers in ("1", "2"):
        ended = command(
            "compare", "news", *RATES, *SMALL, "--workers", workers, *_out(tmp_path / workers)
        )
        assert ended.code == 0, ended.err

    one, two = ((tmp_path / workers / "results.csv").read_bytes() for workers in ("1", "2"))
    assert one == two


def test_a_person_sees_a_verdict_a_table_and_where_the_report_is(tmp_path: Path) -> None:
    """The result on stdout, the talk on stderr."""
    ended = command(
        "compare", "news", *RATES, *SMALL, "--baseline", "exploration=0.2", *_out(tmp_path)
    )

    assert ended.out.startswith("No verdict: 3 seeds are too few")
    for word in ("vs baseline", "exploration=0.2", "regret", "is best"):
        assert word in ended.out
    assert ended.err == f"Report: {tmp_path / 'report.html'}\n"


def test_a_program_gets_one_json_object(tmp_path: Path) -> None:
    """The same as summary.json."""
    ended = command("compare", "news", *RATES, *SMALL, "--json", "--quiet", *_out(tmp_path))

    assert json.loads(ended.out) == json.loads((tmp_path / "summary.json").read_text())
    assert not ended.err


def test_a_plan_file_says_the_same_and_options_win_over_it(tmp_path: Path) -> None:
    """Seeds of the command line, everything else of the file."""
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'scenario = "news"\nrounds = 60\nseeds = 9\nbaseline = { exploration = 0.2 }\n'
        '[vary]\nexploration = [0, 0.2]\n"traffic.per_hour" = [60, 600]\n'
    )

    ended = command("compare", "--plan", str(plan), "--seeds", "2", "--json", *_out(tmp_path))

    summary = json.loads(ended.out)
    assert summary["seeds"] == 2
    assert summary["rounds"] == 60
    assert summary["baseline"] == {"exploration": "0.2", "traffic.per_hour": "60"}
    assert len(summary["settings"]) == 4


def test_every_factor_can_be_varied(tmp_path: Path) -> None:
    """Those of the loop, and any key of the scenario."""
    levels = (
        "policy=quick,softmax",
        "mode=azure",
        "reward-wait-time=30s",
        "model-export-frequency=1m",
        "aggregation=average",
        "default-reward=-0.5",
        "reward=rating",
        "loop-seed=a",
        "context.sessionDuration.integer=[1,5],[1,30]",
    )
    varied = [word for level in levels for word in ("--vary", level)]

    ended = command("compare", "news", *varied, *SMALL, "--json", *_out(tmp_path))

    assert ended.code == 0, ended.err
    assert len(json.loads(ended.out)["settings"]) == 4


def test_advice_names_a_rate_for_the_horizon(tmp_path: Path) -> None:
    """And the best ones for shorter ones, on the usual rates."""
    ended = command(
        "compare", "news", "--advise", "exploration", "--seeds", "5", "--rounds", "500", "--json",
        *_out(tmp_path),
    )  # fmt: skip

    advice = json.loads(ended.out)["advice"]
    assert advice["rate"] in advice["sentences"][0]
    assert "500 visits" in advice["sentences"][0]
    assert 0 < float(advice["rate"]) <= 0.4
    assert advice["steps"][-1]["visits"] == 500
    assert advice["steps"][-1]["as_good"] == advice["as_good"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["news"], "--vary: expected something to vary"),
        ([], "expected a scenario's name"),
        (["nes", *RATES], "there is no scenario 'nes'"),
        (["news", "--vary", "exploration"], "expected FACTOR=LEVEL"),
        (["news", "--vary", "exploration=0.1"], "got one setting: exploration=0.1"),
        (["news", "--vary", "explore=1"], "--vary: expected one of exploration, reward, policy"),
        (["news", "--vary", "exploration=0,2"], "expected a share in [0, 1], or a schedule like"),
        (["news", "--vary", "exploration=0,0"], "expected every level once"),
        (["news", *RATES, *RATES], "--vary: expected every factor once"),
        (["news", "--vary", "reward=clicks"], "--vary reward: expected one of rating"),
        (["news", "--vary", "policy=fast"], "'fast' is no learning policy"),
        (["news", "--vary", "mode=fast"], "mode: expected one of quick, azure, got 'fast'"),
        (["news", "--vary", "aggregation=mode"], "aggregation: expected one of earliest"),
        (["news", "--vary", "reward-wait-time=10"], "--vary reward-wait-time: expected a duration"),
        (["news", "--vary", "reward-wait-time=0s"], "expected a duration above 0s"),
        (["news", "--vary", "default-reward=nan"], "expected a finite number"),
        (["news", "--vary", "traffic.per_hour=0"], "traffic.per_hour: expected greater than 0"),
        (["news", "--vary", "traffic.per_day=1"], "traffic.per_day: expected no such key"),
        (["news", *RATES, "--baseline", "exploration=0.3"], "expected one of 0, 0.2, got '0.3'"),
        (["news", *RATES, "--baseline", "policy=quick"], "expected a factor of --vary"),
        (["news", *RATES, "--objective", "fun"], "--objective: expected one of value"),
        (["news", *RATES, "--plan", "none.toml"], "none.toml: cannot be read"),
        (["news", "--advise", "policy"], "--advise: expected exploration, got 'policy'"),
        (["news", *RATES, *SMALL, "--out", "/proc/nowhere"], "cannot be written"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, arguments: list[str], expected: str) -> None:
    """Before a single run, and before the folder is made."""
    index = [] if "--out" in arguments else ["--out", str(tmp_path / "out")]

    ended = CliRunner().invoke(commands, ["compare", *arguments, *index])

    assert isinstance(ended.exception, SimulatorError | MockServiceError)
    assert expected in str(ended.exception)
    assert "\n" not in str(ended.exception)
    assert not ended.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["news", *RATES, "--baseline", "exploration=0.3"], "expected one of 0, 0.2, got '0.3'"),
        (["news", *RATES, "--seeds", "1"], "'--seeds'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: list[str], expected: str
) -> None:
    """Nothing on stdout, no traceback."""
    ended = command("compare", *arguments, *_out(tmp_path / "out"))

    assert ended.code == 2
    assert not ended.out
    assert ended.err.count("\n") == 1
    assert expected in ended.err
