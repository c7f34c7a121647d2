"""Where a comparison is put together: a plan in, its results out, wherever the runs are done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from mock_service.reports.page import warm_up
from simulator import worker
from simulator.errors import OptionsInvalid
from simulator.experiment.advise import advise_exploration
from simulator.experiment.cluster import cluster_at
from simulator.experiment.comparison import (
    RunsSoFar,
    collect_metrics,
    compare_runs,
    objective_columns,
)
from simulator.experiment.execute import ExecutorFactory, execute
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.plan import Plan
from simulator.experiment.processes import processes_here
from simulator.experiment.sequential import look_sizes
from simulator.experiment.setting import Run
from simulator.experiment.standing import find_undecided
from simulator.experiment.store import RunStore, open_store
from simulator.report.notebook import Comparison

_PROBE_ROUNDS = 1000
_PROCESS_MEGABYTES = 150
"""What a worker holds before its first visit."""
_MEGABYTES_A_VISIT = 0.0004
_MEGABYTES_A_RUN = 0.02


@dataclass(frozen=True, slots=True)
class ExecutionOptions:
    """How runs are done and where they are kept.

    ``cluster`` is the address of a Dask scheduler, used instead of processes here. Without a
    ``folder`` nothing is written; with ``resume`` what is finished there is not done again.
    """

    workers: int = 1
    cluster: str = ""
    folder: Path | None = None
    resume: bool = False


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What a comparison will take, about."""

    runs: int
    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Advising:
    """Whether a rate of exploration is recommended, and what share of the value it may cost."""

    wanted: bool = False
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class ProgressCallbacks:
    """Who hears how it goes.

    ``begun`` hears how many runs are to be there, and how many of them are already; a comparison
    that stops when it is decided begins anew after each look. ``done`` hears of each run.
    """

    begun: Callable[[int, int], None] = lambda _, __: None
    done: Callable[[], None] = lambda: None


def run_comparison(
    plan: Plan,
    conditions: ExecutionOptions,
    audience: ProgressCallbacks | None = None,
    advising: Advising | None = None,
) -> Comparison:
    """Have a plan's runs done, and return what they say; with a folder, write it there too.

    Raises:
        OptionsInvalid: a setting is not possible, there is only one, or the folder holds an
            unfinished comparison.
        LearningPolicyInvalid: a learning policy is not one.
        WorkersFailed: workers died again and again.
    """
    for setting in plan.settings:
        worker.validate_setting(setting)
    if len(plan.settings) == 1:
        raise OptionsInvalid(
            f"--vary: expected several levels of something, got one setting: "
            f"{plan.settings[0].label}"
        )
    if conditions.folder is not None:
        warm_up()
    audience = audience or ProgressCallbacks()
    runs = plan.runs()
    with open_store(conditions.folder, runs, resume=conditions.resume) as store:
        if plan.until_decided:
            done = _run_looks(plan, runs, store, conditions, audience)
            looks: tuple[int, ...] = ()
        else:
            _run_all(runs, store, conditions, audience)
            done, looks = store.finished, store.note_look(len(plan.seeds))
        so_far = RunsSoFar(worker.is_same_loop, looks)
        findings = compare_runs(plan, done, runs, so_far)
    advising = advising or Advising()
    advice = advise_exploration(findings, advising.budget) if advising.wanted else None
    comparison = Comparison(findings, advice)
    if conditions.folder is not None:
        comparison.write(conditions.folder)
    return comparison


def _run_looks(
    plan: Plan,
    runs: Sequence[Run],
    store: RunStore,
    conditions: ExecutionOptions,
    audience: ProgressCallbacks,
) -> dict[Run, RunMetrics]:
    """Do the runs of one look after the other, until the settings are told apart; return those."""
    playing, done = list(range(len(plan.settings))), {}
    before = 0
    for size in look_sizes(len(plan.seeds)):
        wanted = [
            runs[seed * len(plan.settings) + cell]
            for seed in range(before, size)
            for cell in playing
        ]
        _run_all(wanted, store, conditions, audience)
        done.update({run: store.finished[run] for run in wanted})
        columns = objective_columns(plan, collect_metrics(plan, done, runs))
        together = np.stack([columns[cell] for cell in playing], axis=1)
        playing = [playing[index] for index in find_undecided(plan, together)]
        before = size
        if not playing:
            break
    return done


def _run_all(
    runs: Sequence[Run], store: RunStore, conditions: ExecutionOptions, audience: ProgressCallbacks
) -> None:
    audience.begun(len(runs), sum(run in store.finished for run in runs))

    def keep(run: Run, metrics: RunMetrics) -> None:
        store.keep(run, metrics)
        audience.done()

    left = [run for run in runs if run not in store.finished]
    execute(left, worker.execute_run, _workforce(conditions, len(left)), keep)


def _workforce(conditions: ExecutionOptions, runs: int) -> ExecutorFactory:
    if conditions.cluster:
        return cluster_at(conditions.cluster)
    return processes_here(max(1, min(conditions.workers, runs)), preload=worker.__name__)


def estimate(
    plan: Plan, conditions: ExecutionOptions, timer: Callable[[], float] = perf_counter
) -> CostEstimate:
    """Return what the plan will take, from a short run of its baseline setting."""
    probe = Run(plan.settings[plan.baseline], plan.seeds[0], min(plan.rounds, _PROBE_ROUNDS))
    began = timer()
    worker.execute_run(probe)
    seconds = (timer() - began) * plan.rounds / probe.rounds
    runs = len(plan.settings) * len(plan.seeds)
    each = _PROCESS_MEGABYTES + plan.rounds * _MEGABYTES_A_VISIT
    return CostEstimate(
        runs,
        runs * seconds / conditions.workers,
        conditions.workers * each + runs * _MEGABYTES_A_RUN,
    )
