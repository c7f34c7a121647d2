"""Finished runs are kept as they are done, and found again."""

import json
import sys
from pathlib import Path

import pytest

from simulator.comparisons import ExecutionOptions, ProgressCallbacks, run_comparison
from simulator.errors import OptionsInvalid
from simulator.experiment.factors import factor
from simulator.experiment.plan import PlanOptions, make_plan
from simulator.scenario.template import TEMPLATE
from tests.helpers.plans import small_plan


def _interrupted(folder: Path, after: int) -> None:
    """Begin the small plan, and be interrupted after some runs."""
    done = []

    def interrupt() -> None:
        done.append(1)
        if len(done) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_comparison(
            small_plan(), ExecutionOptions(folder=folder), ProgressCallbacks(done=interrupt)
        )


def _there(folder: Path, *, seeds: int = 3) -> int:
    """Go on in the folder, and return how many runs were there already."""
    there: list[int] = []
    plan = small_plan(seeds=seeds)
    run_comparison(
        plan,
        ExecutionOptions(folder=folder, resume=True),
        ProgressCallbacks(lambda _, kept: there.append(kept)),
    )
    return there[0]


def test_resume_does_only_what_is_left_and_the_results_are_the_same(tmp_path: Path) -> None:
    """Four runs of six were done; a line cut short in the middle does not count."""
    run_comparison(small_plan(), ExecutionOptions(folder=tmp_path / "whole"))
    _interrupted(tmp_path / "cut", after=4)
    kept = tmp_path / "cut" / "runs.jsonl"
    kept.write_bytes(kept.read_bytes()[:-30])

    assert _there(tmp_path / "cut") == 3
    whole, cut = (tmp_path / index / "results.csv" for index in ("whole", "cut"))
    assert whole.read_bytes() == cut.read_bytes()


def test_more_seeds_build_on_those_that_are_done(tmp_path: Path) -> None:
    """As the verdict says: --resume --seeds N."""
    run_comparison(small_plan(), ExecutionOptions(folder=tmp_path))

    assert _there(tmp_path, seeds=5) == 6
    assert len((tmp_path / "results.csv").read_text().splitlines()) == 1 + 10


def test_runs_of_another_plan_are_not_taken_for_this_ones(tmp_path: Path) -> None:
    """Other rounds are other runs."""
    run_comparison(small_plan(rounds=50), ExecutionOptions(folder=tmp_path))

    assert _there(tmp_path) == 0


def test_runs_of_a_hook_that_has_changed_since_are_done_again(tmp_path: Path) -> None:
    """Their figures are those of another scenario, though its file is the same."""
    hooks, scenario = tmp_path / "generous.py", tmp_path / "hooked.toml"
    scenario.write_text(
        TEMPLATE.replace("weights = { click = 1.0 }", 'hook = "generous:score"\nwait = "5m"')
    )

    def there(score: str) -> int:
        sys.modules.pop("generous", None)
        hooks.write_text(f"def score(signals):\n    return {score}\n")
        begun: list[int] = []
        plan = make_plan(str(scenario), [factor("exploration", ["0", "0.2"])], PlanOptions(2, 30))
        conditions = ExecutionOptions(folder=tmp_path / "out", resume=True)
        run_comparison(plan, conditions, ProgressCallbacks(lambda _, kept: begun.append(kept)))
        return begun[0]

    assert [there("0.5"), there("0.5"), there("1.0")] == [0, 4, 0]


def test_an_unfinished_comparison_is_not_overwritten_by_mistake(tmp_path: Path) -> None:
    """The message says how to go on; a finished one can be made again."""
    _interrupted(tmp_path, after=4)

    with pytest.raises(OptionsInvalid, match=r"holds 4 finished runs.*give --resume"):
        run_comparison(small_plan(), ExecutionOptions(folder=tmp_path))
    _there(tmp_path)
    run_comparison(small_plan(), ExecutionOptions(folder=tmp_path))


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b"null",
        b'{"run":"x","figures":[]}',
        b'{"run":"x","figures":' + b"[" * 200_000 + b"}",
    ],
    ids=["binary", "deep", "null", "list", "deep figures"],
)
def test_lines_of_any_content_do_not_count(tmp_path: Path, damage: bytes) -> None:
    """What is no finished run is done again."""
    run_comparison(small_plan(), ExecutionOptions(folder=tmp_path))
    kept = tmp_path / "runs.jsonl"
    _first, *others = kept.read_bytes().splitlines()
    kept.write_bytes(b"\n".join([damage, *others]))

    assert _there(tmp_path) == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mean_value", "much"),
        ("mean_value", float("nan")),
        ("mean_value", None),
        ("rounds", 7),
        ("curve_ends", []),
        ("curve_value", [1.0]),
        ("shown", [[1]]),
        ("shown", "all"),
    ],
)
def test_figures_that_no_run_of_the_plan_has_do_not_count(
    tmp_path: Path, field: str, value: object
) -> None:
    """Somebody changed the file: that run is done again, and the results are the same."""
    run_comparison(small_plan(), ExecutionOptions(folder=tmp_path))
    before = (tmp_path / "results.csv").read_bytes()
    kept = tmp_path / "runs.jsonl"
    first, *others = [json.loads(line) for line in kept.read_text().splitlines()]
    first["figures"][field] = value
    kept.write_text("".join(json.dumps(line) + "\n" for line in (first, *others)))

    assert _there(tmp_path) == 5
    assert (tmp_path / "results.csv").read_bytes() == before
