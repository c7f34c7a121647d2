"""Differences of several measures to the baseline, with intervals that hold together."""

from collections.abc import Callable, Sequence

import numpy as np

from simulator.experiment.metrics import RunMetrics
from simulator.experiment.statistics import Interval, balanced_intervals

Measure = Callable[[RunMetrics], float]


def baseline_intervals(
    metrics: Sequence[Sequence[RunMetrics]], baseline: int, measures: Sequence[Measure]
) -> list[list[Interval]]:
    """Return every setting's differences to the baseline, one a measure; none for the baseline.

    `metrics` are by setting and seed. Runs are paired by seed, and as many seeds count as every
    setting was run with.
    """
    others = [cell for cell in range(len(metrics)) if cell != baseline]
    results: list[list[Interval]] = [[] for _ in metrics]
    if not (others and measures):
        return results
    seeds = min(map(len, metrics))
    columns = [
        [measure(run) - measure(base) for run, base in pairs]
        for cell in others
        for pairs in [list(zip(metrics[cell][:seeds], metrics[baseline][:seeds], strict=True))]
        for measure in measures
    ]
    told = balanced_intervals(np.stack(columns, axis=1))
    for number, cell in enumerate(others):
        results[cell] = told[number * len(measures) : (number + 1) * len(measures)]
    return results
