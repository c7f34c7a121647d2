"""Who gains and who loses: differences to the baseline within groups of visits."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.experiment.baseline_intervals import Measure, baseline_intervals
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.objective import Objective
from simulator.experiment.statistics import Interval


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """What one group of visits gains by a setting; ``share`` is that of its visits among all."""

    group: str
    share: float
    difference: Interval


def group_differences(
    metrics: Sequence[Sequence[RunMetrics]], baseline: int, objective: Objective
) -> list[list[GroupDifference]]:
    """Return every setting's differences to the baseline by group; none for the baseline.

    The intervals hold together, for all settings and groups. Groups that not every run has seen
    are left out, and so is a single group, which is everybody.
    """
    groups = _seen_by_all(metrics, objective)
    if len(groups) < 2:  # noqa: PLR2004 (one group is all visits)
        return [[] for _ in metrics]
    told = baseline_intervals(metrics, baseline, [_measure(group, objective) for group in groups])
    shares = [_share(metrics[baseline], group) for group in groups]
    return [
        [GroupDifference(*one) for one in zip(groups, shares, cell, strict=True)] if cell else []
        for cell in told
    ]


def _seen_by_all(metrics: Sequence[Sequence[RunMetrics]], objective: Objective) -> list[str]:
    everyone = [run.groups for runs in metrics for run in runs]
    return [
        name
        for name in everyone[0]
        if all(name in g and objective.of_group(g[name]) is not None for g in everyone)
    ]


def _measure(group: str, objective: Objective) -> Measure:
    def measure(run: RunMetrics) -> float:
        value = objective.of_group(run.groups[group])
        if value is None:
            raise TypeError("only groups that every run has seen are compared")
        return value

    return measure


def _share(runs: Sequence[RunMetrics], group: str) -> float:
    visits = sum(run.groups[group].visits for run in runs)
    return visits / sum(run.rounds for run in runs)
