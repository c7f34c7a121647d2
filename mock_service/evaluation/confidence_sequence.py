"""An interval that holds at every moment at once: look as often as you like, stop when you like.

The usual interval is wrong more often than it says when one looks every hour and stops at the first
clear answer. This one bets against each candidate value and keeps those the bets could not
refute. Weighted rewards are bounded below and heavy above, which is all it needs: no normal
approximation, no bound on the weights.

With a model of the rewards the bets are on doubly robust scores, which are bounded below once the
model's say is reduced where a weight could be large. The mean reward and the difference to what was
earned are bet on alike.

Sources: I. Waudby-Smith, L. Wu, A. Ramdas, N. Karampatziakis, P. Mineiro, "Anytime-valid off-policy
inference for contextual bandits" (ACM/IMS Journal of Data Science, 2024), with the
gamma-exponential mixture of S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, "Time-uniform,
nonparametric, nonasymptotic confidence sequences" (Annals of Statistics, 2021).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mock_service.evaluation.estimators import NOTHING, Estimate, Sample
from mock_service.evaluation.logged_data import Column

_RHO = 1.0
"""The mixture's tuning: at which accumulated variance the bound is tightest."""

_LARGEST_LOSS = 1.0
"""How far below 0 a doubly robust score may be, for rewards in [0, 1]: k in section 2.3."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What is known of every action before a decision is made; shape (decisions, actions).

    ``judged`` and ``logging`` are the probabilities of the two policies, and ``expected`` is what
    the model of the rewards expects, by what it has learned from earlier decisions only.
    """

    judged: NDArray[np.float64]
    logging: NDArray[np.float64]
    expected: NDArray[np.float64]

    def bound_expected(self, lowest: float, span: float, *, mirrored: bool) -> NDArray[np.float64]:
        """Return expectations of rewards scaled to [0, 1], none above `_LARGEST_LOSS` by weight.

        Mirrored ones are those of 1 less the reward.
        """
        scaled = np.clip((self.expected - lowest) / span, 0.0, 1.0)
        scaled = 1 - scaled if mirrored else scaled
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.where(self.judged > 0, _LARGEST_LOSS * self.logging / self.judged, inf)
        bounded: NDArray[np.float64] = np.minimum(scaled, most)
        return bounded


def confidence_sequence(
    sample: Sample, lowest: float, highest: float, confidence: float = 0.95
) -> Estimate:
    """Return the IPS estimate with an interval for rewards known to lie in [lowest, highest].

    Nothing is said about traffic that was thinned out: the order of what is missing is unknown.
    """
    if not len(sample) or lowest >= highest or bool((sample.shares != 1).any()):
        return NOTHING
    span = highest - lowest
    rewards = np.clip(sample.rewards, lowest, highest)
    refuted = log(2 / (1 - confidence))  # half of the risk to either side
    low = _lower_bound(sample.weights * (rewards - lowest) / span, refuted)
    high = 1 - _lower_bound(sample.weights * (highest - rewards) / span, refuted)
    value = float((sample.weights * rewards).mean())
    return Estimate(value, lowest + low * span, lowest + high * span)


def doubly_robust_sequences(
    sample: Sample,
    tables: Tables,
    chosen: NDArray[np.intp],
    bounds: tuple[float, float],
    confidence: float = 0.95,
) -> tuple[Estimate, Estimate]:
    """Return the mean reward and how much more it is than what was earned, each with an interval.

    Rewards are known to lie in `bounds`, and `chosen` are the logged actions. The intervals hold
    at every moment, each by itself. Weights of `sample` are not clipped. Nothing is said about
    traffic that was thinned out.
    """
    lowest, highest = bounds
    if not len(sample) or lowest >= highest or bool((sample.shares != 1).any()):
        return NOTHING, NOTHING
    span = highest - lowest
    rewards = np.clip((sample.rewards - lowest) / span, 0.0, 1.0)
    rows = np.arange(len(rewards))
    scores, mirrored = (
        (tables.judged * model).sum(axis=1) + sample.weights * (earned - model[rows, chosen])
        for earned, model in (
            (rewards, tables.bound_expected(lowest, span, mirrored=False)),
            (1 - rewards, tables.bound_expected(lowest, span, mirrored=True)),
        )
    )
    refuted = log(2 / (1 - confidence))
    low = _lower_bound(scores, refuted, _LARGEST_LOSS)
    high = 1 - _lower_bound(mirrored, refuted, _LARGEST_LOSS)
    value = float(scores.mean())
    more = _lower_bound(scores - rewards, refuted, 1 + _LARGEST_LOSS, -1.0)
    less = -_lower_bound(mirrored - (1 - rewards), refuted, 1 + _LARGEST_LOSS, -1.0)
    return (
        Estimate(lowest + value * span, lowest + low * span, lowest + high * span),
        Estimate((value - float(rewards.mean())) * span, more * span, less * span),
    )


def _lower_bound(
    gains: Column, refuted: float, largest_loss: float = 0.0, smallest: float = 0.0
) -> float:
    """Return the smallest mean in [`smallest`, 1] that `gains` have not refuted.

    No gain is below -`largest_loss`. The spread is measured around predictions made from earlier
    gains only, the middle for a start, and no larger than 1: so a gain falls short of its
    prediction by no more than 1 in units of `1 + largest_loss`, as the bets require.
    """
    unit = 1.0 + largest_loss
    count, total = len(gains), float(gains.sum()) / unit
    earlier = np.concatenate(([0.0], np.cumsum(gains)[:-1]))
    predicted = np.minimum((earlier + (smallest + 1) / 2) / (np.arange(count) + 1.0), 1.0)
    spread = float((((gains - predicted) / unit) ** 2).sum())
    lowest, highest = smallest / unit, min(1.0 / unit, total / count)

    def wealth(mean: float) -> float:
        return _log_wealth(total - count * mean, spread)

    if highest <= lowest or wealth(lowest) <= refuted:
        return smallest
    if wealth(highest) >= refuted:
        return highest * unit
    return _crossing(wealth, lowest, highest, refuted) * unit


def _crossing(
    wealth: Callable[[float], float], lowest: float, highest: float, refuted: float
) -> float:
    """Return where the falling `wealth` meets `refuted` between two means, by halving."""
    low, high = lowest, highest
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if wealth(middle) > refuted:
            low = middle
        else:
            high = middle
    return low


def _log_wealth(surplus: float, spread: float) -> float:
    """Return what the mixture of bets won on `surplus` gained at that `spread`, as a logarithm."""
    reach = surplus + spread + _RHO
    if reach <= 0:
        return float("-inf")
    return (
        surplus
        + spread
        + _RHO * log(_RHO)
        - (spread + _RHO) * log(reach)
        + _log_lower_gamma(spread + _RHO, reach)
        - _log_lower_gamma(_RHO, _RHO)
    )


def _log_lower_gamma(shape: float, reach: float) -> float:
    """Return the logarithm of the lower incomplete gamma function, not regularised."""
    regularised = float(special.gammainc(shape, reach))
    return (log(regularised) if regularised else -inf) + float(special.gammaln(shape))
