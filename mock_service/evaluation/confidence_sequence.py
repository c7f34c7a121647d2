"""An interval that holds at every moment at once: look as often as you like, stop when you like.

The usual interval is wrong more often than it says when one looks every hour and stops at the first
clear answer. This one bets against each candidate value and keeps those the bets could not
refute. Weighted rewards are bounded below and heavy above, which is all it needs: no normal
approximation, no bound on the weights.

Sources: I. Waudby-Smith, L. Wu, A. Ramdas, N. Karampatziakis, P. Mineiro, "Anytime-valid off-policy
inference for contextual bandits" (ACM/IMS Journal of Data Science, 2024), with the
gamma-exponential mixture of S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, "Time-uniform,
nonparametric, nonasymptotic confidence sequences" (Annals of Statistics, 2021).
"""

from collections.abc import Callable
from math import inf, log

import numpy as np
from scipy import special

from mock_service.evaluation.estimators import NOTHING, Estimate, Sample
from mock_service.evaluation.logged_data import Column

_RHO = 1.0
"""The mixture's tuning: at which accumulated variance the bound is tightest."""


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


def _lower_bound(gains: Column, refuted: float) -> float:
    """Return the smallest mean in [0, 1] that the non-negative `gains` have not refuted.

    The spread is measured around predictions made from earlier gains only, a half for a start.
    """
    count, total = len(gains), float(gains.sum())
    earlier = np.concatenate(([0.0], np.cumsum(gains)[:-1]))
    predicted = (earlier + 0.5) / (np.arange(count) + 1.0)
    spread = float(((gains - predicted) ** 2).sum())
    highest = min(1.0, total / count)
    if _log_wealth(total, spread) <= refuted:
        return 0.0
    if _log_wealth(total - count * highest, spread) >= refuted:
        return highest
    return _crossing(lambda mean: _log_wealth(total - count * mean, spread), highest, refuted)


def _crossing(wealth: Callable[[float], float], highest: float, refuted: float) -> float:
    """Return where the falling `wealth` meets `refuted` between 0 and `highest`, by halving."""
    low, high = 0.0, highest
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
