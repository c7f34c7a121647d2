"""Where a comparison is put together: a plan in, findings out, whoever does the runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from simulator import build, workbench
from simulator.experiment.advise import advise_exploration
from simulator.experiment.cluster import cluster_at
from simulator.experiment.comparison import findings_of
from simulator.experiment.execute import Workforce, execute
from simulator.experiment.factors import factor
from simulator.experiment.figures import RunFigures
from simulator.experiment.plan import Level, Plan, Terms, level_text, make_plan
from simulator.experiment.processes import processes_here
from simulator.experiment.setting import Choices, Run
from simulator.experiment.store import Store, opened
from simulator.report.notebook import Comparison, Simulation
from simulator.scenario.catalogue import find_scenario

_PROBE_ROUNDS = 1000
_PROCESS_MEGABYTES = 150
"""What a worker holds before its first visit."""
_MEGABYTES_A_VISIT = 0.0004
_MEGABYTES_A_RUN = 0.02


@dataclass(frozen=True, slots=True)
class Conditions:
    """How runs are done and where they are kept.

    ``cluster`` is the address of a Dask scheduler, used instead of processes here. Without a
    ``folder`` nothing is written; with ``resume`` what is finished there is not done again.
    """

    workers: int = 1
    cluster: str = ""
    folder: Path | None = None
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a comparison will take, about."""

    runs: int
    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears how it goes: ``begun`` of the runs that are there already, ``done`` of each run."""

    begun: Callable[[int], None] = lambda _: None
    done: Callable[[], None] = lambda: None


def simulate(
    scenario: str,
    *,
    rounds: int = 2000,
    seed: int = 1,
    exploration: float = 0.2,
    policy: str = "",
    mode: str = "quick",
    reward: str = "",
) -> Simulation:
    """Run a scenario's users against a local Personalizer in this process.

    `scenario` is a name or a path; the other choices are those of ``personalizer-lab simulate``.
    """
    settings = workbench.loop_settings(Choices(exploration, policy, mode))
    options = build.RunOptions(rounds, seed, reward)
    return Simulation(build.simulate(find_scenario(scenario), settings, options))


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
    plan = make_plan(scenario, factors, Terms(seeds, rounds, tuple(against), objective))
    folder = None if out is None else Path(out)
    return run_comparison(plan, Conditions(workers, cluster, folder, resume))


def run_comparison(
    plan: Plan, conditions: Conditions, audience: Audience | None = None, *, advise: bool = False
) -> Comparison:
    """Have a plan's runs done, and return what they say; with a folder, write it there too.

    Raises:
        OptionsInvalid: a setting is not possible, or the folder holds an unfinished comparison.
        LearningPolicyInvalid: a learning policy is not one.
        RunsFailed: workers died again and again.
    """
    for setting in plan.settings:
        workbench.check_setting(setting)
    audience = audience or Audience()
    runs = plan.runs()
    with opened(conditions.folder, runs, resume=conditions.resume) as store:
        _do(runs, store, conditions, audience)
        findings = findings_of(plan, store.finished, runs)
    comparison = Comparison(findings, advise_exploration(findings) if advise else None)
    if conditions.folder is not None:
        comparison.write(conditions.folder)
    return comparison


def _do(runs: Sequence[Run], store: Store, conditions: Conditions, audience: Audience) -> None:
    audience.begun(len(store.finished))

    def keep(run: Run, figures: RunFigures) -> None:
        store.keep(run, figures)
        audience.done()

    left = [run for run in runs if run not in store.finished]
    execute(left, workbench.measure, _workforce(conditions, len(left)), keep)


def _workforce(conditions: Conditions, runs: int) -> Workforce:
    if conditions.cluster:
        return cluster_at(conditions.cluster)
    return processes_here(max(1, min(conditions.workers, runs)), preload=workbench.__name__)


def estimate(
    plan: Plan, conditions: Conditions, timer: Callable[[], float] = perf_counter
) -> Estimate:
    """Return what the plan will take, from a short run of its baseline setting."""
    probe = Run(plan.settings[plan.baseline], plan.seeds[0], min(plan.rounds, _PROBE_ROUNDS))
    began = timer()
    workbench.measure(probe)
    seconds = (timer() - began) * plan.rounds / probe.rounds
    runs = len(plan.settings) * len(plan.seeds)
    each = _PROCESS_MEGABYTES + plan.rounds * _MEGABYTES_A_VISIT
    return Estimate(
        runs,
        runs * seconds / conditions.workers,
        conditions.workers * each + runs * _MEGABYTES_A_RUN,
    )
