"""Paired differences with honest intervals, for as few as five seeds.

Every setting ran on the same seeds, so a comparison is one column of differences, an entry a seed.
The intervals are studentised bootstrap intervals that hold for all comparisons at once: the seeds
are drawn anew, and the 95% quantile of the largest |t| over the comparisons says how many standard
errors wide every interval is. ``docs/decisions/0010-studentised-intervals.md`` has the coverage
that was measured, and that of the intervals that were not taken.
"""

from dataclasses import dataclass
from math import isinf, isnan, sqrt

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray
from scipy import special

Columns = NDArray[np.float64]
"""Figures by seed and setting, or differences by seed and comparison."""

CONFIDENCE = 0.95
POWER = 0.8
MAX_SEEDS = 10_000
"""More than that are not recommended: so small a difference is hardly worth knowing."""
MIN_TO_JUDGE = 5
"""Fewer seeds say nothing about the shape of what they are drawn from, and decide nothing."""
_RESAMPLES = 2000
SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its 95% confidence interval.

    ``decides`` is false where it rests on too few seeds, or on seeds that are all alike: it then
    shows nothing, wherever it lies.
    """

    estimate: float
    low: float
    high: float
    decides: bool = True

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval shows that the difference is not zero."""
        return self.is_above(0.0) or self.is_below(0.0)

    def is_above(self, bound: float) -> bool:
        """Return whether the interval shows that the truth is above `bound`."""
        return self.decides and self.low > bound

    def is_below(self, bound: float) -> bool:
        """Return whether the interval shows that the truth is below `bound`."""
        return self.decides and self.high < bound

    def is_within(self, bound: float) -> bool:
        """Return whether the interval shows that the truth is within `bound` of zero."""
        return self.decides and -bound < self.low and self.high < bound


def intervals(columns: Columns) -> list[Interval]:
    """Return an interval for the mean of each column; together they hold with 95% confidence."""
    critical = critical_value(columns)
    return [mean_interval(column, critical) for column in columns.T]


def mean_interval(column: Columns, critical: float) -> Interval:
    """Return the interval of one column's mean, that many standard errors wide to each side.

    Fewer than five seeds, or seeds without any spread, make one that decides nothing.
    """
    mean, error = float(column.mean()), float(column.std(ddof=1)) / sqrt(len(column))
    decides = len(column) >= MIN_TO_JUDGE and error > SAME
    return Interval(mean, mean - critical * error, mean + critical * error, decides)


def critical_value(columns: Columns) -> float:
    """Return how many standard errors wide the columns' intervals are, to hold all at once.

    Never less than Student's t for one comparison; with fewer than five seeds, too few to draw
    from, it is Student's t corrected by Bonferroni.
    """
    seeds, comparisons = columns.shape
    if seeds < MIN_TO_JUDGE:
        return float(special.stdtrit(seeds - 1, 1 - (1 - CONFIDENCE) / 2 / comparisons))
    floor = float(special.stdtrit(seeds - 1, (1 + CONFIDENCE) / 2))
    return max(floor, float(np.quantile(_resample_t(columns).max(axis=1), CONFIDENCE)))


def balanced_intervals(columns: Columns) -> list[Interval]:
    """Return intervals that hold together, each as wide as its own column needs.

    Where columns are of different kinds, as groups of visits are, one that hardly ever varies must
    not widen those of all others: a column's width is the quantile of its own |t|, at the level at
    which all of them together hold with 95% confidence (Beran 1988, "Balanced simultaneous
    confidence sets").
    """
    seeds, comparisons = columns.shape
    if seeds < MIN_TO_JUDGE:
        return intervals(columns)
    t = _resample_t(columns)
    ranks = np.stack([np.searchsorted(np.sort(one), one, side="right") for one in t.T])
    level = float(np.quantile(ranks.max(axis=0), CONFIDENCE)) / len(t)
    floor = special.stdtrit(seeds - 1, (1 + CONFIDENCE) / 2)
    widths = np.maximum(np.quantile(t, level, axis=0), floor)
    return [mean_interval(columns[:, index], float(widths[index])) for index in range(comparisons)]


def _resample_t(columns: Columns) -> NDArray[np.float64]:
    """Return |t| of every column in each of many resamples; shape (resamples, comparisons)."""
    seeds = len(columns)
    drawn = default_rng(0).multinomial(seeds, np.full(seeds, 1 / seeds), _RESAMPLES)
    centred = columns - columns.mean(axis=0)
    means = drawn @ centred / seeds
    spread = np.maximum(drawn @ centred**2 / seeds - means**2, 0.0) * seeds / (seeds - 1)
    return _t(np.abs(means), np.sqrt(spread / seeds))


def contenders(columns: Columns) -> list[int]:
    """Return the settings that cannot be told from the one of highest mean, and that one.

    The truly best setting is among them with 95% confidence (Gupta's subset selection).
    """
    best = int(columns.mean(axis=0).argmax())
    others = [index for index in range(columns.shape[1]) if index != best]
    if not others:
        return [best]
    ahead = intervals(columns[:, [best]] - columns[:, others])
    undecided = [
        index for index, interval in zip(others, ahead, strict=True) if not interval.excludes_zero
    ]
    return sorted([best, *undecided])


def recommended_seeds(differences: Columns, critical: float) -> int | None:
    """Return how many seeds find a difference like this one in at least 8 of 10 cases.

    `critical` is the comparison's critical value, so that the correction for many comparisons
    counts. The spread is taken at its 80% upper confidence limit, because a small sample that
    understates it would promise too much. None if 10,000 seeds are not enough.
    """
    seeds = len(differences)
    wide = 2 * float(special.stdtr(seeds - 1, -critical))
    spread = differences.std(ddof=1) * sqrt((seeds - 1) / special.chdtri(seeds - 1, 0.8))
    effect = abs(differences.mean()) / spread if spread else np.inf
    if isinf(effect):
        return seeds
    if _power(MAX_SEEDS, effect, wide) < POWER:
        return None
    low, high = 2, MAX_SEEDS
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _power(middle, effect, wide) >= POWER else (middle + 1, high)
    return low


def _power(seeds: int, effect: float, wide: float) -> float:
    """Return the power of a t-test of size `wide` for an effect in units of the spread."""
    critical = special.stdtrit(seeds - 1, 1 - wide / 2)
    missed = float(special.nctdtr(seeds - 1, effect * sqrt(seeds), critical))
    return 1.0 if isnan(missed) else 1.0 - missed  # it is no number where it is all but 0


def _t(distance: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances in standard errors; a resample without any spread tells nothing."""
    return np.divide(distance, error, out=np.zeros_like(distance), where=error > SAME)
