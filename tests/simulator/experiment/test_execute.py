"""Whoever does the runs, the figures are the same, though workers may die."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from simulator.errors import WorkersFailed
from simulator.experiment.execute import ExecutorFactory, Work, execute
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.plan import Plan
from simulator.experiment.processes import processes_here
from simulator.worker import execute_run
from tests.helpers.plans import always_die, measure_and_die_once, small_plan

HERE = processes_here(1, "simulator.worker")
TWO = processes_here(2, "simulator.worker")


def metrics(plan: Plan, workforce: ExecutorFactory, work: Work = execute_run) -> list[RunMetrics]:
    """Return the figures of the plan's runs, in the plan's order."""
    runs = plan.runs()
    finished = {}
    execute(runs, work, workforce, lambda run, kept: finished.update({run: kept}))
    return [finished[run] for run in runs]


@pytest.mark.parametrize(
    "workforce", [TWO, ExecutorFactory(lambda: ThreadPoolExecutor(2))], ids=["processes", "threads"]
)
def test_every_executor_gives_the_same_figures(workforce: ExecutorFactory) -> None:
    """As this process does."""
    plan = small_plan()

    assert metrics(plan, HERE) == metrics(plan, workforce)


def test_a_run_whose_worker_died_is_done_again(tmp_path: Path) -> None:
    """And the others are not lost."""
    plan, work = small_plan(), partial(measure_and_die_once, tmp_path / "omen")

    assert metrics(plan, TWO, work) == metrics(plan, HERE)
    assert (tmp_path / "omen").exists()


def test_workers_that_die_again_and_again_end_the_experiment() -> None:
    """Three times in a row, with not a run done in between."""
    with pytest.raises(WorkersFailed, match="workers died 3 times in a row"):
        metrics(small_plan(), TWO, always_die)


def test_an_error_of_the_work_is_not_tried_again() -> None:
    """It would only come again."""
    tries = []

    def fail(run: object) -> RunMetrics:
        tries.append(run)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        metrics(small_plan(), HERE, fail)
    assert len(tries) == 1
