"""How likely each setting is the best one, and what it costs to choose it if it is not.

Means of few seeds lie further apart than the truth does, so a plain resampling of the seeds finds
a leader far more often than there is one. The true means are therefore taken to scatter around
their average by an unknown amount, with a half-Cauchy prior (Gelman 2006, "Prior distributions for
variance parameters in hierarchical models"), and the settings that are shown to be worse play no
part. ``docs/decisions/0017-how-likely-best.md`` has how often the leader truly led.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from simulator.experiment.statistics import SAME, Columns

_DRAWS = 4000
_SCALES = 40
_PRIOR = 0.7
"""The median of the prior of the scatter, in standard errors: the half-Cauchy's scale."""


@dataclass(frozen=True, slots=True)
class Belief:
    """The probability that a setting is the best, and what choosing it loses on average."""

    best_probability: float
    expected_loss: float


def weigh_settings(columns: Columns, contenders: Sequence[int]) -> list[Belief]:
    """Return what to believe of each setting; `columns` are by seed and setting.

    Settings that are no contenders are not the best one; contenders without any differences are
    equally likely.
    """
    drawn = _draw_means(columns[:, list(contenders)])
    best = drawn.max(axis=1)
    wins = drawn >= best[:, None] - SAME
    shares = (wins / wins.sum(axis=1, keepdims=True)).mean(axis=0)
    beliefs = [Belief(0.0, float(best.mean() - mean)) for mean in columns.mean(axis=0)]
    for index, share, mean in zip(contenders, shares, drawn.mean(axis=0), strict=True):
        beliefs[index] = Belief(float(share), float(best.mean() - mean))
    return beliefs


def _draw_means(columns: Columns) -> NDArray[np.float64]:
    """Return draws of the true means, of shape (draws, settings)."""
    seeds, settings = columns.shape
    means = columns.mean(axis=0)
    contrasts = np.linalg.svd(np.eye(settings) - 1 / settings)[0][:, : settings - 1]
    noise = contrasts.T @ np.atleast_2d(np.cov(columns.T)) @ contrasts / seeds
    typical = float(np.trace(noise)) / max(1, settings - 1)
    if typical <= SAME**2:
        return np.asarray(means[None, :])
    wide = settings / (seeds + settings)
    noise = (1 - wide) * noise + wide * typical * np.eye(settings - 1)
    spread, axes = np.linalg.eigh(noise)
    drawn = _draw_shrunk(axes.T @ contrasts.T @ means, spread, typical, seeds - 1)
    return np.asarray(means.mean() + drawn @ axes.T @ contrasts.T)


def _draw_shrunk(
    observed: NDArray[np.float64], spread: NDArray[np.float64], typical: float, freedom: int
) -> NDArray[np.float64]:
    """Return draws of the contrasts' true values, given their noise's variances."""
    levels = (np.arange(_SCALES) + 0.5) / _SCALES
    scatter = (_PRIOR**2 * typical) * np.tan(np.pi / 2 * levels) ** 2
    total = spread + scatter[:, None]
    distance = (observed**2 / total).sum(axis=1)
    log = -0.5 * np.log(total).sum(axis=1)
    log -= (freedom + len(observed)) / 2 * np.log1p(distance / freedom)
    weights = np.exp(log - log.max())
    rng = default_rng(0)
    chosen = scatter[rng.choice(_SCALES, _DRAWS, p=weights / weights.sum())][:, None]
    kept = chosen / (chosen + spread)
    heavy = np.sqrt(freedom / rng.chisquare(freedom, _DRAWS))[:, None]
    noise = rng.normal(size=(_DRAWS, len(observed))) * heavy
    return np.asarray(kept * observed + np.sqrt(kept * spread) * noise)
