"""Where a comparison is put together: a plan in, its results out, wherever the runs are done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from simulator import simulations, worker
from simulator.experiment.advise import advise_exploration
from simulator.experiment.cluster import cluster_at
from simulator.experiment.comparison import compare_runs
from simulator.experiment.execute import ExecutorFactory, execute
from simulator.experiment.factors import factor
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.plan import Level, Plan, PlanOptions, level_text, make_plan
from simulator.experiment.processes import processes_here
from simulator.experiment.setting import LoopOptions, Run
from simulator.experiment.store import RunStore, open_store
from simulator.report.notebook import Comparison, Simulation
from simulator.scenario.catalogue import find_scenario

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
class ProgressCallbacks:
    """Who hears how it goes: ``begun`` of the runs that are there already, ``done`` of each run."""

    resumed: Callable[[int], None] = lambda _: None
    done: Callable[[], None] = lambda: None


def simulate(
    scenario: str,
    *,
    rounds: int = 2000,
    seed: int = 1,
    exploration: float | None = None,
    policy: str = "",
    mode: str = "quick",
    reward: str = "",
) -> Simulation:
    """Run a scenario's users against a local Personalizer in this process.

    `scenario` is a name or a path; the other choices are those of ``personalizer-lab simulate``.
    """
    settings = worker.loop_settings(LoopOptions(exploration, policy, mode))
    options = simulations.RunOptions(rounds, seed, reward)
    return Simulation(simulations.simulate(find_scenario(scenario), settings, options))


def compare(
    scenario: str,
    vary: Mapping[str, Sequence[Level]],
    *,
    seeds: int = 20,
    rounds: int = 5000,
    baseline: Mapping[str, Level] | None = None,
    objective: str = "value",
    workers: int = 1,
    cluster: str = "",
    out: Path | str | None = None,
    resume: bool = False,
) -> Comparison:
    """Compare settings of a scenario on the same seeds.

    The choices are those of ``personalizer-lab compare``.
    """
    factors = [factor(name, [level_text(one) for one in levels]) for name, levels in vary.items()]
    against = [(name, level_text(level)) for name, level in (baseline or {}).items()]
    plan = make_plan(scenario, factors, PlanOptions(seeds, rounds, tuple(against), objective))
    folder = None if out is None else Path(out)
    return run_comparison(plan, ExecutionOptions(workers, cluster, folder, resume))


def run_comparison(
    plan: Plan,
    conditions: ExecutionOptions,
    audience: ProgressCallbacks | None = None,
    *,
    advise: bool = False,
) -> Comparison:
    """Have a plan's runs done, and return what they say; with a folder, write it there too.

    Raises:
        OptionsInvalid: a setting is not possible, or the folder holds an unfinished comparison.
        LearningPolicyInvalid: a learning policy is not one.
        WorkersFailed: workers died again and again.
    """
    for setting in plan.settings:
        worker.validate_setting(setting)
    audience = audience or ProgressCallbacks()
    runs = plan.runs()
    with open_store(conditions.folder, runs, resume=conditions.resume) as store:
        _do(runs, store, conditions, audience)
        findings = compare_runs(plan, store.finished, runs)
    comparison = Comparison(findings, advise_exploration(findings) if advise else None)
    if conditions.folder is not None:
        comparison.write(conditions.folder)
    return comparison


def _do(
    runs: Sequence[Run], store: RunStore, conditions: ExecutionOptions, audience: ProgressCallbacks
) -> None:
    audience.resumed(len(store.finished))

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
