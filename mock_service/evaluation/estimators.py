"""What a policy would have earned on average, estimated from what another one did.

Each estimator turns decisions into scores whose mean is the estimate:

- ``ips``: rewards, weighted by how much likelier the judged policy was to choose as logged
  (Horvitz and Thompson, 1952).
- ``snips``: the same, divided by the mean weight (Hajek); it moves along when all rewards do.
- ``dm``: what a model of the rewards expects of the policy's choices; only as right as the model.
- ``dr``: that, corrected by ``ips`` of what the model got wrong (Dudik, Langford and Li, 2011).
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
    if sample.expected is None or sample.expected_logged is None:
        return None
    return sample.expected + sample.weights * (sample.rewards - sample.expected_logged)


_SCORES: dict[Estimator, Callable[[Sample], Column | None]] = {
    Estimator.IPS: _ips,
    Estimator.SNIPS: _snips,
    Estimator.DR: _dr,
    Estimator.DM: _dm,
}
