"""What the runs of a comparison say together: a result for each setting, and which one is ahead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

import numpy as np

from simulator.engine.run_warnings import RunWarning
from simulator.experiment.comparison_warnings import SameLoop, covered_time, find_warnings
from simulator.experiment.effects import Effects, measure_effects
from simulator.experiment.group_differences import GroupDifference, group_differences
from simulator.experiment.guards import GuardrailResult, judge_guards
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.plan import Plan
from simulator.experiment.selection import corrected_leader_value
from simulator.experiment.sequential import false_alarm_rate
from simulator.experiment.setting import Run, Setting
from simulator.experiment.standing import Standing, compute_standings
from simulator.experiment.statistics import MIN_TO_JUDGE, Columns, Interval, intervals

_WORST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class SettingResult:
    """One setting's figures: means over the seeds.

    ``difference`` to the baseline is None for the baseline itself, and ``seeds_to_decide`` says
    how many seeds in all would tell that difference from none, where it is not told yet and
    10,000 would do. ``best_probability`` is that of its true mean being the highest, and
    ``expected_loss`` what choosing it loses on average; None with too few seeds. ``worth`` says
    how it compares to the baseline where a smallest difference that matters was given.
    ``worst_tenth`` is what the worst tenth of the seeds brought on average (the conditional value
    at risk). ``exploration_cost`` is what is lost per visit by showing something other
    than what the policy favours, and ``exploration_benefit`` how much more its favourites are
    worth than those of the same setting without exploration; each None where it is not defined.
    ``events_to_learn`` is a median, None if less than half of the runs ever learned.
    """

    setting: Setting
    seeds: int
    objective: float
    difference: Interval | None
    seeds_to_decide: int | None
    best_probability: float | None
    expected_loss: float | None
    contender: bool
    worth: str | None
    mean_value: float
    late_value: float
    mean_reward: float
    worst_tenth: float
    regret: Interval
    exploration_cost: Interval | None
    exploration_benefit: Interval | None
    events_to_learn: float | None
    learned_share: float
    groups: tuple[GroupDifference, ...]
    guards: tuple[GuardrailResult, ...]

    @property
    def label(self) -> str:
        """The setting in words."""
        return self.setting.label

    @property
    def broken_guards(self) -> list[GuardrailResult]:
        """The guardrails that it is shown to break."""
        return [guard for guard in self.guards if guard.verdict == "breaks"]


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonResult:
    """A plan, the figures of its runs by setting and seed, and what they amount to.

    ``leader_value`` is what the leader is worth by seeds that had no say in who leads.
    """

    plan: Plan
    metrics: tuple[tuple[RunMetrics, ...], ...]
    results: tuple[SettingResult, ...]
    best: int
    leader_value: float
    warnings: tuple[RunWarning, ...]
    effects: Effects | None
    looks: tuple[int, ...] = ()

    @property
    def baseline(self) -> SettingResult:
        """The result that the others are compared to."""
        return self.results[self.plan.baseline]

    @property
    def leader(self) -> SettingResult:
        """The result of highest mean objective, among those that are still in."""
        return self.results[self.best]

    @property
    def seeds(self) -> int:
        """How many seeds the leader was run with."""
        return self.leader.seeds

    @property
    def covered(self) -> timedelta:
        """How long the visits of a run take on the scenario's clock, on average."""
        return covered_time(self.metrics[self.plan.baseline])

    @property
    def reward_wait(self) -> timedelta:
        """How long the loop of the baseline waits for rewards."""
        (record, *_) = [run.learning for run in self.metrics[self.plan.baseline] if run.learning]
        return timedelta(seconds=record.reward_wait_seconds)

    @property
    def has_verdict(self) -> bool:
        """Whether the runs can tell anything: enough seeds, and no warning that voids it."""
        return self.seeds >= MIN_TO_JUDGE and not any(w.voids_verdict for w in self.warnings)


@dataclass(frozen=True, slots=True)
class RunsSoFar:
    """What is known of how the runs were made.

    ``looks`` are the numbers of seeds after which they were compared before.
    """

    is_same_loop: SameLoop
    looks: tuple[int, ...] = ()


def compare_runs(
    plan: Plan, finished: Mapping[Run, RunMetrics], runs: Sequence[Run], so_far: RunsSoFar
) -> ComparisonResult:
    """Return what the finished runs of a plan say; `runs` are in the plan's order."""
    metrics = collect_metrics(plan, finished, runs)
    columns = objective_columns(plan, metrics)
    standings = compute_standings(plan, columns)
    groups = group_differences(metrics, plan.baseline, plan.objective)
    guards = judge_guards(plan.guards, metrics, plan.baseline)
    results = tuple(
        _result(plan, metrics, cell, standings[cell], (tuple(groups[cell]), tuple(guards[cell])))
        for cell in range(len(metrics))
    )
    playing = [cell for cell in range(len(metrics)) if not standings[cell].is_out]
    best = max(playing, key=lambda cell: results[cell].objective)
    together = np.stack([columns[cell] for cell in playing], axis=1)
    is_whole = len(playing) == len(metrics)
    return ComparisonResult(
        plan=plan,
        metrics=metrics,
        results=results,
        best=best,
        leader_value=corrected_leader_value(together),
        warnings=(
            *find_warnings(plan, metrics, so_far.is_same_loop),
            *_looked_before(plan, so_far.looks),
        ),
        effects=measure_effects(plan, together) if is_whole else None,
        looks=so_far.looks,
    )


def _looked_before(plan: Plan, looks: tuple[int, ...]) -> Iterator[RunWarning]:
    """Yield what it costs to have looked at the seeds before, and to have gone on."""
    if len(looks) < 2:  # noqa: PLR2004 (a single look costs nothing)
        return
    rate = false_alarm_rate(len(plan.settings), list(looks))
    yield RunWarning(
        "looked-before",
        f"these seeds were compared {len(looks)} times, after {', '.join(map(str, looks))}: "
        f"equal settings are then called different in {rate:.0%} of comparisons, not in 5%. "
        "--until-decided looks as often as it likes and keeps its word.",
    )


def collect_metrics(
    plan: Plan, finished: Mapping[Run, RunMetrics], runs: Sequence[Run]
) -> tuple[tuple[RunMetrics, ...], ...]:
    """Return the figures by setting and seed, up to the first seed that a setting was not run with.

    `runs` are all of the plan, in its order.
    """
    count = len(plan.settings)
    collected = []
    for cell in range(count):
        done: list[RunMetrics] = []
        for run in runs[cell::count]:
            if run not in finished:
                break
            done.append(finished[run])
        collected.append(tuple(done))
    return tuple(collected)


def objective_columns(plan: Plan, metrics: Sequence[Sequence[RunMetrics]]) -> list[Columns]:
    """Return the objective of every setting by seed."""
    return [np.array([plan.objective.of(run) for run in runs]) for runs in metrics]


def _result(
    plan: Plan,
    metrics: tuple[tuple[RunMetrics, ...], ...],
    cell: int,
    standing: Standing,
    details: tuple[tuple[GroupDifference, ...], tuple[GuardrailResult, ...]],
) -> SettingResult:
    runs, careful = metrics[cell], _without_exploration(plan, cell)
    objective = [plan.objective.of(run) for run in runs]
    favoured = [run.favoured_value for run in runs]
    learned = [run.events_to_learn for run in runs]
    return SettingResult(
        setting=plan.settings[cell],
        seeds=len(runs),
        objective=_mean(objective),
        difference=standing.difference,
        seeds_to_decide=standing.seeds_to_decide,
        best_probability=standing.best_probability,
        expected_loss=standing.expected_loss,
        contender=standing.contender,
        worth=standing.worth,
        mean_value=_mean([run.mean_value for run in runs]),
        late_value=_mean([run.late_value for run in runs]),
        mean_reward=_mean([run.mean_reward for run in runs]),
        worst_tenth=_mean(sorted(objective)[: ceil(_WORST_SHARE * len(objective))]),
        regret=_interval([run.regret for run in runs]),
        exploration_cost=_gap(favoured, [run.mean_value for run in runs]),
        exploration_benefit=None
        if careful is None
        else _gap(favoured, [run.favoured_value for run in metrics[careful]]),
        events_to_learn=_median(learned),
        learned_share=sum(events is not None for events in learned) / len(learned),
        groups=details[0],
        guards=details[1],
    )


def _without_exploration(plan: Plan, cell: int) -> int | None:
    """Return the setting that differs from this one by not exploring, if that is in the plan."""
    wanted = _levels_but_exploration(plan.settings[cell])
    for index, setting in enumerate(plan.settings):
        if setting.choices.exploration == 0 and _levels_but_exploration(setting) == wanted:
            return None if index == cell else index
    return None


def _levels_but_exploration(setting: Setting) -> list[tuple[str, str]]:
    return [level for level in setting.levels if level[0] != "exploration"]


def _gap(ours: Sequence[float | None], theirs: Sequence[float | None]) -> Interval | None:
    pairs = list(zip(ours, theirs, strict=False))
    differences = [one - other for one, other in pairs if one is not None and other is not None]
    return _interval(differences) if len(differences) == len(pairs) else None


def _interval(metrics: Sequence[float]) -> Interval:
    return intervals(np.array(metrics)[:, None])[0]


def _mean(metrics: Sequence[float]) -> float:
    return float(np.mean(metrics))


def _median(events: Sequence[int | None]) -> float | None:
    middle = float(np.median([np.inf if count is None else count for count in events]))
    return middle if middle < np.inf else None
