"""Intervals by resampling: they follow the skew that importance weights bring."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mock_service.evaluation.estimators import NOTHING, Estimate, Estimator, Sample, scores
from mock_service.evaluation.logged_data import Column

_MAX_BLOCKS = 2000
"""Longer traffic is resampled in blocks of neighbours: as good, and a matrix that fits."""

RESAMPLES = 1000


def bootstrap(
    sample: Sample, estimator: Estimator, counts: NDArray[np.int64], confidence: float = 0.95
) -> Estimate:
    """Return an estimate with the percentiles of what resampled logs would have given.

    `counts` are those of `resample_counts` for as many decisions. A self-normalised estimate is
    normalised anew in each resample.
    """
    column = scores(sample, estimator)
    if column is None or not len(column):
        return NOTHING
    if estimator is Estimator.SNIPS:
        numerators, denominators = (
            sample.weights * sample.rewards * sample.shares,
            sample.weights * sample.shares,
        )
    else:
        numerators, denominators = column * sample.shares, sample.shares
    tops, bottoms = block_sums(numerators), block_sums(denominators)
    below = counts @ bottoms
    values = (counts @ tops)[below > 0] / below[below > 0]
    outside = (1 - confidence) / 2
    low, high = np.quantile(values, [outside, 1 - outside])
    return Estimate(float(numerators.sum() / denominators.sum()), float(low), float(high))


def resample_counts(decisions: int, rng: Generator) -> NDArray[np.int64]:
    """Return how often each block of a log comes up in each resample; shape (resamples, blocks)."""
    blocks = max(1, min(decisions, _MAX_BLOCKS))
    return rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES)


def block_sums(column: Column) -> Column:
    """Return the sums of neighbouring rows, in at most 2,000 blocks of nearly equal length."""
    count = min(len(column), _MAX_BLOCKS)
    starts = np.linspace(0, len(column), count, endpoint=False).astype(np.intp)
    sums: Column = np.add.reduceat(column, starts)
    return sums
