"""Who gains and who loses: differences to the baseline within groups of visits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.experiment.metrics import GroupMetrics, RunMetrics
from simulator.experiment.objective import Objective
from simulator.experiment.statistics import Columns, Interval, balanced_intervals


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
    results: list[list[GroupDifference]] = [[] for _ in metrics]
    groups = _seen_by_all(metrics, objective)
    if len(groups) < 2:  # noqa: PLR2004 (one group is all visits)
        return results
    cells = list(_cells(metrics, baseline, groups, objective))
    shortest = min((len(column) for _, _, column in cells), default=0)
    if not shortest:
        return results
    together = np.stack([column[:shortest] for _, _, column in cells], axis=1)
    for (cell, group, _), told in zip(cells, balanced_intervals(together), strict=True):
        results[cell].append(GroupDifference(group, _share(metrics[baseline], group), told))
    return results


def _cells(
    metrics: Sequence[Sequence[RunMetrics]],
    baseline: int,
    groups: Sequence[str],
    objective: Objective,
) -> Iterator[tuple[int, str, Columns]]:
    for cell, runs in enumerate(metrics):
        if cell == baseline:
            continue
        for group in groups:
            pairs = zip(runs, metrics[baseline], strict=False)
            yield (
                cell,
                group,
                np.array(
                    [
                        _value(run.groups[group], objective) - _value(base.groups[group], objective)
                        for run, base in pairs
                    ]
                ),
            )


def _seen_by_all(metrics: Sequence[Sequence[RunMetrics]], objective: Objective) -> list[str]:
    everyone = [run.groups for runs in metrics for run in runs]
    return [
        name
        for name in everyone[0]
        if all(name in g and objective.of_group(g[name]) is not None for g in everyone)
    ]


def _value(group: GroupMetrics, objective: Objective) -> float:
    value = objective.of_group(group)
    if value is None:
        raise TypeError("only groups that every run has seen are compared")
    return value


def _share(runs: Sequence[RunMetrics], group: str) -> float:
    visits = sum(run.groups[group].visits for run in runs)
    return visits / sum(run.rounds for run in runs)
