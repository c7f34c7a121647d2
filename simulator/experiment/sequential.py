"""Looking at the seeds as they come, and stopping when the settings are told apart.

A group-sequential design: the settings are compared after 8 seeds, and again after half as many
more each time. Every pair of settings is compared at every look, and all those comparisons together
find a difference that is none in at most 5 of 100 cases, however many looks there are: the k-th
look may spend 1/(k (k + 1)) of that, which adds up to the whole only after looks without end
(Lan and DeMets 1983, "Discrete sequential boundaries for clinical trials"). So going on beyond the
looks that were planned costs nothing. What a look may call a difference is drawn from the law of
the largest |t| of all pairs, given that no look before has called one; settings that are out leave
fewer pairs, and with them smaller values (as in AdaStop, Mathieu et al. 2023, arXiv 2306.10882).
"""

from functools import lru_cache
from math import ceil, sqrt

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray
from scipy import special

from simulator.experiment.statistics import CONFIDENCE, Columns

FIRST_LOOK = 8
_GROWTH = 1.5
_PATHS = 20_000
_EXACT_SETTINGS, _EXACT_SEEDS = 12, 100
"""Up to these numbers of settings and seeds t itself is drawn, beyond them a normal value."""


def look_sizes(max_seeds: int) -> list[int]:
    """Return after how many seeds to look, up to `max_seeds`: the first looks of one endless list.

    Raises:
        ValueError: that is before the first look.
    """
    if max_seeds < FIRST_LOOK:
        raise ValueError(f"expected at least {FIRST_LOOK} seeds, got {max_seeds}")
    sizes = [FIRST_LOOK]
    while (following := ceil(sizes[-1] * _GROWTH)) <= max_seeds:
        sizes.append(following)
    return sizes


@lru_cache(16)
def critical_values(settings: int, max_seeds: int) -> dict[int, float]:
    """Return by look how many standard errors tell two settings apart.

    Those of the first looks do not hang on how many follow.
    """
    sizes = look_sizes(max_seeds)
    paths = _draw_paths(settings, sizes)
    alive = np.ones(_PATHS, dtype=bool)
    spent, found = 0, {}
    for number, (size, largest) in enumerate(zip(sizes, paths, strict=True), 1):
        may_be_spent = round(_PATHS * (1 - CONFIDENCE) * number / (number + 1))
        critical = float(np.sort(largest[alive])[::-1][max(0, may_be_spent - spent - 1)])
        alive &= largest < critical
        spent = _PATHS - int(alive.sum())
        found[size] = critical
    return found


def _draw_paths(settings: int, sizes: list[int]) -> list[NDArray[np.float64]]:
    """Return the largest |t| of all pairs at each look, in many drawn comparisons of equals."""
    if settings > _EXACT_SETTINGS:
        return _draw_ranges(settings, sizes)
    exact = [size for size in sizes if size <= _EXACT_SEEDS]
    paths = _draw_t(settings, exact)
    return paths + _draw_ranges(settings, sizes)[len(exact) :]


def _draw_t(settings: int, sizes: list[int]) -> list[NDArray[np.float64]]:
    rng, before = default_rng(0), 0
    sums, products = np.zeros((_PATHS, settings)), np.zeros((_PATHS, settings, settings))
    paths = []
    for size in sizes:
        for _ in range(size - before):
            drawn = rng.normal(size=(_PATHS, settings))
            sums += drawn
            products += drawn[:, :, None] * drawn[:, None, :]
        before = size
        paths.append(_largest_t(sums, products, size))
    return paths


def _largest_t(
    sums: NDArray[np.float64], products: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    scatter = products - sums[:, :, None] * sums[:, None, :] / size
    own = np.einsum("pii->pi", scatter)
    spread = np.maximum(own[:, :, None] + own[:, None, :] - 2 * scatter, 1e-300)
    distance = np.abs(sums[:, :, None] - sums[:, None, :]) / size
    t: NDArray[np.float64] = distance / np.sqrt(spread / (size - 1) / size)
    largest: NDArray[np.float64] = t.max(axis=(1, 2))
    return largest


def _draw_ranges(settings: int, sizes: list[int]) -> list[NDArray[np.float64]]:
    """Draw with the spread known, and let Student's t of the same tail stand for that."""
    rng, before, paths = default_rng(0), 0, []
    sums = np.zeros((_PATHS, settings))
    for size in sizes:
        sums += rng.normal(size=sums.shape) * sqrt(size - before)
        before = size
        largest = (sums.max(axis=1) - sums.min(axis=1)) / sqrt(2 * size)
        paths.append(np.asarray(-special.stdtrit(size - 1, special.ndtr(-largest))))
    return paths


def find_out(columns: Columns, critical: float) -> list[int]:
    """Return the settings that another one is shown to beat; `columns` are by seed and setting."""
    beaten = []
    for index in range(columns.shape[1]):
        ahead = columns - columns[:, [index]]
        errors = ahead.std(axis=0, ddof=1) / sqrt(len(columns))
        if np.any((errors > 0) & (ahead.mean(axis=0) > critical * errors)):
            beaten.append(index)
    return beaten


def false_alarm_rate(settings: int, looks: list[int]) -> float:
    """Return how often equal settings are told apart by looking after these numbers of seeds.

    Each look is made as if it were the only one: settings are compared to the first, with 95%
    confidence. Drawn with the spread known.
    """
    rng, before = default_rng(0), 0
    sums = np.zeros((_PATHS, settings))
    called = np.zeros(_PATHS, dtype=bool)
    for size in looks:
        sums += rng.normal(size=sums.shape) * sqrt(size - before)
        before = size
        largest = np.abs(sums[:, 1:] - sums[:, :1]).max(axis=1) / sqrt(2 * size)
        if size == looks[0]:
            critical = np.quantile(largest, CONFIDENCE)
        called |= largest > critical
    return float(called.mean())
