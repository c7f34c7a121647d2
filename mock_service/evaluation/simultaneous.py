"""Intervals for several means at once, from one log: max-t by the studentised bootstrap.

The usual interval takes each mean's error as normal, and Bonferroni's correction takes the means
as unrelated. Both go wrong where advice is asked for: rare rewards make the errors skewed, and
policies judged on the same decisions err together. Resampling whole decisions and asking how far
the largest studentised error reaches, to either side by itself, gets both right.

Sources: P. Hall, "The Bootstrap and Edgeworth Expansion" (1992), section 3.2 (percentile-t); J.
Romano, M. Wolf, "Exact and approximate stepdown methods for multiple hypothesis testing" (Journal
of the American Statistical Association, 2005), section 4 (the maximum over hypotheses).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mock_service.evaluation.bootstrap import RESAMPLES, block_sums
from mock_service.evaluation.estimators import Estimate, standard_error, z_value
from mock_service.evaluation.logged_data import Column

CONFIDENCE = 0.98
"""What intervals are made for that are to hold in 95 of 100 logs: to either side they fail a little
more often than they should where a log is small or its weights are large (docs/coverage.md)."""

_FARTHEST = 1e6
"""An error in units of a standard error that is as good as none."""


def simultaneous_intervals(
    columns: Sequence[Column],
    shares: Column,
    counts: NDArray[np.int64],
    confidence: float = CONFIDENCE,
) -> list[Estimate]:
    """Return the mean of each column of scores, with intervals that hold for all together.

    Columns have a row a decision, which stands for `shares` of them, and `counts` are those of
    `resample_counts` for as many. No interval is narrower than the normal one.
    """
    if not columns:
        return []
    enlarged = [column * shares for column in columns]
    decisions = float(shares.sum())
    if decisions <= 1 or len(shares) == 1:
        return [Estimate(float(one.sum()) / decisions, None, None) for one in enlarged]
    means = np.array([one.sum() / decisions for one in enlarged])
    errors = np.array(
        [standard_error(float(one.sum()), float((one**2).sum()), decisions) for one in enlarged]
    )
    studentised = _resample_errors(enlarged, shares, means, counts)
    outside, normal = (1 - confidence) / 2, z_value(confidence)
    farthest_above = max(normal, float(np.quantile(studentised.max(axis=1), 1 - outside)))
    farthest_below = min(-normal, float(np.quantile(studentised.min(axis=1), outside)))
    return [
        Estimate(
            float(mean), float(mean - farthest_above * error), float(mean - farthest_below * error)
        )
        for mean, error in zip(means, errors, strict=True)
    ]


def _resample_errors(
    enlarged: Sequence[Column], shares: Column, means: Column, counts: NDArray[np.int64]
) -> Column:
    """Return the studentised error of each mean in each resample; shape (resamples, means)."""
    decisions = counts @ block_sums(shares)
    studentised = np.zeros((RESAMPLES, len(means)))
    for index, (column, mean) in enumerate(zip(enlarged, means, strict=True)):
        totals, squares = counts @ block_sums(column), counts @ block_sums(column**2)
        variances = np.maximum(squares - totals**2 / decisions, 0.0) / (decisions - 1) / decisions
        off = totals / decisions - mean
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(off == 0, 0.0, off / np.sqrt(variances))
        studentised[:, index] = np.clip(ratio, -_FARTHEST, _FARTHEST)
    return studentised
