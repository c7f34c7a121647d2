"""Whoever does the runs, the figures are the same, though workers may die."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from simulator.errors import RunsFailed
from simulator.experiment.execute import Work, Workforce, execute
from simulator.experiment.figures import RunFigures
from simulator.experiment.plan import Plan
from simulator.experiment.processes import processes_here
from simulator.workbench import measure
from tests.simulator.experiment.plans import always_die, measure_and_die_once, small_plan

HERE = processes_here(1, "simulator.workbench")
TWO = processes_here(2, "simulator.workbench")


def figures(plan: Plan, workforce: Workforce, work: Work = measure) -> list[RunFigures]:
    """Return the figures of the plan's runs, in the plan's order."""
    runs = plan.runs()
    finished = {}
    execute(runs, work, workforce, lambda run, kept: finished.update({run: kept}))
    return [finished[run] for run in runs]


@pytest.mark.parametrize(
    "workforce", [TWO, Workforce(lambda: ThreadPoolExecutor(2))], ids=["processes", "threads"]
)
def test_every_executor_gives_the_same_figures(workforce: Workforce) -> None:
    """As this process does."""
    plan = small_plan()

    assert figures(plan, HERE) == figures(plan, workforce)


def test_a_run_whose_worker_died_is_done_again(tmp_path: Path) -> None:
    """And the others are not lost."""
    plan, work = small_plan(), partial(measure_and_die_once, tmp_path / "omen")

    assert figures(plan, TWO, work) == figures(plan, HERE)
    assert (tmp_path / "omen").exists()


def test_workers_that_die_again_and_again_end_the_experiment() -> None:
    """Three times in a row, with not a run done in between."""
    with pytest.raises(RunsFailed, match="workers died 3 times in a row"):
        figures(small_plan(), TWO, always_die)


def test_an_error_of_the_work_is_not_tried_again() -> None:
    """It would only come again."""
    tries = []

    def fail(run: object) -> RunFigures:
        tries.append(run)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        figures(small_plan(), HERE, fail)
    assert len(tries) == 1
