"""What a policy would have earned on average, estimated from what another one did.

Each estimator turns decisions into scores whose mean is the estimate:

- ``ips``: rewards, weighted by how much likelier the judged policy was to choose as logged
  (Horvitz and Thompson, 1952).
- ``snips``: the same, divided by the mean weight (Hajek); it moves along when all rewards do.
- ``dm``: what a model of the rewards expects of the policy's choices; only as right as the model.
- ``dr``: that, corrected by ``ips`` of what the model got wrong (Dudik, Langford and Li, 2011).
- ``switch-dr``: that, without the correction where the weight is above a threshold (Wang, Agarwal
  and Dudik, "Optimal and adaptive off-policy evaluation in contextual bandits", 2017).
- ``dr-os``: that, with weights shrunk the more the larger they are (Su, Dimakopoulou, Krishnamurthy
  and Dudik, "Doubly robust off-policy evaluation with shrinkage", 2020).

The last two trade some bias for less variance; the threshold and the shrinkage are those of least
estimated mean square error on the log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

import numpy as np

from mock_service.evaluation.logged_data import Column

SERVICE_Z = 1.96
"""How many standard errors the service's 95% intervals reach to either side."""


class Estimator(StrEnum):
    """The name of an estimator."""

    IPS = "ips"
    SNIPS = "snips"
    DR = "dr"
    DM = "dm"
    SWITCH_DR = "switch-dr"
    DR_OS = "dr-os"


@dataclass(frozen=True, slots=True)
class Sample:
    """How a policy would have acted on some traffic; columns have one row a decision.

    ``weights`` are how much likelier the policy was to choose as logged, ``expected`` is what the
    model of the rewards expects of the policy's choices, and ``expected_logged`` what it expects of
    the logged ones. Without a model both are None.
    """

    rewards: Column
    weights: Column
    shares: Column
    expected: Column | None = None
    expected_logged: Column | None = None

    def __len__(self) -> int:
        return len(self.rewards)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A policy's mean reward with an interval; all None when there is nothing to say."""

    value: float | None
    low: float | None
    high: float | None


NOTHING = Estimate(None, None, None)


def scores(sample: Sample, estimator: Estimator) -> Column | None:
    """Return the column whose mean is the estimate; None where it needs a model there is not."""
    return _SCORES[estimator](sample)


def estimate(sample: Sample, estimator: Estimator, z: float = SERVICE_Z) -> Estimate:
    """Return the estimate with the interval that reaches `z` standard errors to either side."""
    column = scores(sample, estimator)
    if column is None or not len(column):
        return NOTHING
    return mean_with_interval(column, sample.shares, z)


def mean_with_interval(column: Column, shares: Column, z: float = SERVICE_Z) -> Estimate:
    """Return the mean of scores, and the service's interval around it.

    With N decisions that is z * sqrt((sum of squares - sum^2 / N) / (N - 1) / N). A row that stands
    for several decisions brings its score once, enlarged, and the others as zeros.
    """
    decisions = float(shares.sum())
    enlarged = column * shares
    total, squares = float(enlarged.sum()), float((enlarged**2).sum())
    mean = total / decisions
    if decisions <= 1:
        return Estimate(mean, None, None)
    reach = z * standard_error(total, squares, decisions)
    return Estimate(mean, mean - reach, mean + reach)


def standard_error(total: float, squares: float, decisions: float) -> float:
    """Return one standard error of the mean of `decisions` scores of that sum and square sum."""
    variance = (squares - total**2 / decisions) / (decisions - 1)
    return sqrt(max(0.0, variance) / decisions)


def z_value(confidence: float) -> float:
    """Return how many standard errors an interval of that confidence reaches to either side."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _ips(sample: Sample) -> Column | None:
    return sample.weights * sample.rewards


def _snips(sample: Sample) -> Column | None:
    """Linearise the ratio around its value (the delta method), so that the mean is the ratio."""
    mean_weight = np.average(sample.weights, weights=sample.shares) if len(sample) else 0.0
    if mean_weight <= 0:
        return None
    ratio = np.average(sample.weights * sample.rewards, weights=sample.shares) / mean_weight
    linear: Column = ratio + sample.weights * (sample.rewards - ratio) / mean_weight
    return linear


def _dm(sample: Sample) -> Column | None:
    return sample.expected


def _dr(sample: Sample) -> Column | None:
    return _correct(sample, sample.weights)


def _correct(sample: Sample, weights: Column) -> Column | None:
    """Return what the model expects, corrected by what it got wrong with these weights."""
    if sample.expected is None or sample.expected_logged is None:
        return None
    return sample.expected + weights * (sample.rewards - sample.expected_logged)


def _switch_dr(sample: Sample) -> Column | None:
    weights = sample.weights
    return _least_error(sample, [np.where(weights <= cut, weights, 0.0) for cut in _cuts(weights)])


def _dr_os(sample: Sample) -> Column | None:
    weights = sample.weights
    return _least_error(sample, [*(_shrink(weights, cut) for cut in _cuts(weights)), weights])


def _shrink(weights: Column, cut: float) -> Column:
    """Return weights that are half as large at `cut`, and hardly smaller far below it."""
    return cut**2 * weights / (weights**2 + cut**2) if cut else np.zeros_like(weights)


def _cuts(weights: Column) -> list[float]:
    """Return thresholds to choose from: 0, which trusts the model, and quantiles of the weights."""
    if not len(weights):
        return []
    return [0.0, *np.unique(np.quantile(weights, _QUANTILES)).tolist()]


def _least_error(sample: Sample, candidates: list[Column]) -> Column | None:
    """Return the scores of least estimated mean square error: their variance and squared bias."""
    exact = _dr(sample)
    if exact is None or not candidates:
        return exact
    columns = [_correct(sample, weights) for weights in candidates]
    return min(
        (one for one in columns if one is not None), key=lambda one: _error(one, exact, sample)
    )


def _error(column: Column, exact: Column, sample: Sample) -> float:
    shares, decisions = sample.shares, float(sample.shares.sum())
    if decisions <= 1:
        return 0.0
    enlarged = column * shares
    error = standard_error(float(enlarged.sum()), float((enlarged**2).sum()), decisions)
    bias = float(((exact - column) * shares).sum()) / decisions
    return error**2 + bias**2


_QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)

_SCORES: dict[Estimator, Callable[[Sample], Column | None]] = {
    Estimator.IPS: _ips,
    Estimator.SNIPS: _snips,
    Estimator.DR: _dr,
    Estimator.DM: _dm,
    Estimator.SWITCH_DR: _switch_dr,
    Estimator.DR_OS: _dr_os,
}
