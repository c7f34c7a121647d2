"""An interval that follows from which rewards could explain a log: empirical likelihood.

It asks how the decisions of a log, together with one imagined decision of extreme weight and
reward, may be reweighted while importance weights still average 1, and takes the smallest and the
largest mean reward among reweightings that are not too far from even. The imagined decision is
what keeps it honest where rewards are rare: a log without a single penalty does not show that there
are none. Distance is the Cressie-Read divergence of power -2, for which both ends have a closed
form.

Source: N. Karampatziakis, J. Langford, P. Mineiro, "Empirical Likelihood for Contextual Bandits"
(NeurIPS 2020), as in VowpalWabbit/estimators (``bandits/cressieread``): weights lie in [0,
infinity), and the threshold is that of Fisher's F with 1 and N degrees of freedom.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from scipy import special

from mock_service.evaluation.estimators import NOTHING, Estimate, Sample

_ROUNDING = 1e-15


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums over decisions: of weights w, rewards r, and products of their powers."""

    n: float
    w: float
    w2: float
    wr: float
    w2r: float
    w2r2: float

    @property
    def is_short(self) -> bool:
        """Whether weights average less than 1: likely decisions of large weight are missing."""
        return self.w < self.n


def empirical_likelihood(
    sample: Sample, lowest: float, highest: float, confidence: float = 0.95
) -> Estimate:
    """Return the mean reward and its interval, for rewards known to lie in [lowest, highest].

    A decision that stands for several counts as often, its weight enlarged as in `ips`.
    """
    if not len(sample) or lowest >= highest:
        return NOTHING
    weights, rewards = sample.weights * sample.shares, sample.rewards
    sums = _Sums(
        n=float(sample.shares.sum()),
        w=float(weights.sum()),
        w2=float((weights**2).sum()),
        wr=float((weights * rewards).sum()),
        w2r=float((weights**2 * rewards).sum()),
        w2r2=float((weights**2 * rewards**2).sum()),
    )
    mean = float((rewards * sample.shares).sum()) / sums.n
    threshold = float(special.fdtri(1, sums.n, confidence))
    budget = (threshold + _distance_at_best(sums)) / (1 + sums.n)
    low = min(_smallest(sums, lowest, budget), default=lowest)
    high = -min(_smallest(_negate(sums), -highest, budget), default=-highest)
    return Estimate(
        _most_likely(sums, mean), max(lowest, min(low, highest)), min(highest, max(high, lowest))
    )


def _most_likely(sums: _Sums, mean: float) -> float:
    """Return the mean reward under the likeliest reweighting.

    What weights fall short of an average of 1 earned, as far as is known, what the log did.
    """
    if sums.is_short:
        return sums.wr / sums.n + (1 - sums.w / sums.n) * mean
    count = 1 + sums.n
    w, w2 = sums.w / count, sums.w2 / count
    variance = w2 - w**2
    if variance <= _ROUNDING:
        return sums.wr / sums.n
    return ((w2 - w) * sums.wr + (1 - w) * sums.w2r) / variance / count


def _distance_at_best(sums: _Sums) -> float:
    """Return how far from even the likeliest reweighting is, over all imagined weights."""
    count = 1 + sums.n
    if sums.is_short:
        return count / sums.n
    w = sums.w / count
    variance = sums.w2 / count - w**2
    return count * (w - 1) ** 2 / variance if variance > _ROUNDING else 0.0


def _smallest(sums: _Sums, extreme: float, budget: float) -> Iterator[float]:
    """Yield the smallest mean reward, once for an imagined weight of 0 and once without bound."""
    yield from _smallest_with_none(sums, budget)
    yield from _smallest_without_bound(sums, extreme, budget)


def _smallest_with_none(sums: _Sums, budget: float) -> Iterator[float]:
    """The imagined decision weighs 0, so its reward does not matter.

    The mean is that of a regression of weighted rewards on weights, at a weight of 1; what is left
    of the budget moves it by the spread that weights do not explain.
    """
    count = 1 + sums.n
    w, w2, wr = sums.w / count, sums.w2 / count, sums.wr / count
    variance, covariance = w2 - w**2, sums.w2r / count - w * wr
    if variance <= _ROUNDING:
        return
    unexplained = max(0.0, sums.w2r2 / count - wr**2 - covariance**2 / variance)
    left = budget - (1 - w) ** 2 / variance
    if left >= 0:
        yield wr + (1 - w) * covariance / variance - sqrt(unexplained * left)


def _smallest_without_bound(sums: _Sums, extreme: float, budget: float) -> Iterator[float]:
    """The imagined decision takes up all that weights fall short of 1, and earned the extreme."""
    total = sums.wr - sums.w * extreme
    squares = sums.w2r2 - 2 * extreme * sums.w2r + extreme**2 * sums.w2
    spread = max(0.0, squares / (1 + sums.n) - total**2 / (sums.n * (1 + sums.n)))
    left = budget - 1 / sums.n
    if left >= 0:
        yield extreme + total / sums.n - sqrt(spread * left)


def _negate(sums: _Sums) -> _Sums:
    return _Sums(sums.n, sums.w, sums.w2, -sums.wr, -sums.w2r, sums.w2r2)
