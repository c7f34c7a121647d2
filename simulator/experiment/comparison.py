"""What the runs of a comparison say together: a result for each setting, and which one is ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.experiment.metrics import RunMetrics
from simulator.experiment.plan import Plan
from simulator.experiment.setting import Run, Setting
from simulator.experiment.statistics import (
    Columns,
    Interval,
    best_probabilities,
    contenders,
    critical_value,
    intervals,
    recommended_seeds,
)


@dataclass(frozen=True, slots=True)
class SettingResult:
    """One setting's figures: means over the seeds.

    ``difference`` to the baseline is None for the baseline itself, and ``seeds_to_decide`` says
    how many seeds in all would tell that difference from none, where it is not told yet and
    10,000 would do. ``exploration_cost`` is what is lost per visit by showing something other
    than what the policy favours, and ``exploration_benefit`` how much more its favourites are
    worth than those of the same setting without exploration; each None where it is not defined.
    ``events_to_learn`` is a median, None if less than half of the runs ever learned.
    """

    setting: Setting
    objective: float
    difference: Interval | None
    seeds_to_decide: int | None
    best_probability: float
    contender: bool
    mean_value: float
    late_value: float
    mean_reward: float
    regret: Interval
    exploration_cost: Interval | None
    exploration_benefit: Interval | None
    events_to_learn: float | None
    learned_share: float

    @property
    def label(self) -> str:
        """The setting in words."""
        return self.setting.label


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonResult:
    """A plan, the figures of its runs by setting and seed, and what they amount to."""

    plan: Plan
    metrics: tuple[tuple[RunMetrics, ...], ...]
    results: tuple[SettingResult, ...]
    best: int

    @property
    def baseline(self) -> SettingResult:
        """The result that the others are compared to."""
        return self.results[self.plan.baseline]

    @property
    def leader(self) -> SettingResult:
        """The result of highest mean objective."""
        return self.results[self.best]


def compare_runs(
    plan: Plan, finished: Mapping[Run, RunMetrics], runs: Sequence[Run]
) -> ComparisonResult:
    """Return what the finished runs of a plan say; `runs` are in the plan's order."""
    count = len(plan.settings)
    metrics = tuple(tuple(finished[run] for run in runs[cell::count]) for cell in range(count))
    objective = _columns(metrics, plan)
    results = tuple(
        _result(plan, metrics, cell, standing)
        for cell, standing in enumerate(_standings(objective, plan.baseline))
    )
    return ComparisonResult(plan, metrics, results, int(objective.mean(axis=0).argmax()))


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a setting stands to the baseline and to all the others."""

    difference: Interval | None
    seeds_to_decide: int | None
    best_probability: float
    contender: bool


def _standings(objective: Columns, baseline: int) -> list[_Standing]:
    """Return every setting's standing; differences are corrected for how many there are."""
    cells = range(objective.shape[1])
    differences = np.delete(objective - objective[:, [baseline]], baseline, axis=1)
    critical = critical_value(differences) if differences.size else 0.0
    told: list[Interval | None] = [*intervals(differences)] if differences.size else []
    told.insert(baseline, None)
    probabilities, ahead = best_probabilities(objective), contenders(objective)
    return [
        _Standing(
            told[cell],
            _seeds_to_decide(told[cell], objective[:, cell] - objective[:, baseline], critical),
            probabilities[cell],
            cell in ahead,
        )
        for cell in cells
    ]


def _seeds_to_decide(told: Interval | None, differences: Columns, critical: float) -> int | None:
    if told is None or told.excludes_zero:
        return None
    return recommended_seeds(differences, critical)


def _result(
    plan: Plan, metrics: tuple[tuple[RunMetrics, ...], ...], cell: int, standing: _Standing
) -> SettingResult:
    runs, careful = metrics[cell], _without_exploration(plan, cell)
    favoured = [run.favoured_value for run in runs]
    learned = [run.events_to_learn for run in runs]
    return SettingResult(
        setting=plan.settings[cell],
        objective=_mean([plan.objective.of(run) for run in runs]),
        difference=standing.difference,
        seeds_to_decide=standing.seeds_to_decide,
        best_probability=standing.best_probability,
        contender=standing.contender,
        mean_value=_mean([run.mean_value for run in runs]),
        late_value=_mean([run.late_value for run in runs]),
        mean_reward=_mean([run.mean_reward for run in runs]),
        regret=_interval([run.regret for run in runs]),
        exploration_cost=_gap(favoured, [run.mean_value for run in runs]),
        exploration_benefit=None
        if careful is None
        else _gap(favoured, [run.favoured_value for run in metrics[careful]]),
        events_to_learn=_median(learned),
        learned_share=sum(events is not None for events in learned) / len(learned),
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
    pairs = list(zip(ours, theirs, strict=True))
    differences = [one - other for one, other in pairs if one is not None and other is not None]
    return _interval(differences) if len(differences) == len(pairs) else None


def _interval(metrics: Sequence[float]) -> Interval:
    return intervals(np.array(metrics)[:, None])[0]


def _mean(metrics: Sequence[float]) -> float:
    return float(np.mean(metrics))


def _median(events: Sequence[int | None]) -> float | None:
    middle = float(np.median([np.inf if count is None else count for count in events]))
    return middle if middle < np.inf else None


def _columns(metrics: tuple[tuple[RunMetrics, ...], ...], plan: Plan) -> Columns:
    return np.array([[plan.objective.of(run) for run in runs] for runs in metrics]).T
