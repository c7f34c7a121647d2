"""How much a log says about a policy that did not make it, and where it says nothing.

Three guards stand between an estimate and advice. Each of them is about the importance weights: how
much likelier the policy was to choose as logged. Where one of them speaks, the log does not show
what the policy would do, and no interval around an estimate is to be trusted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from mock_service.evaluation.estimators import Sample, standard_error
from mock_service.evaluation.logged_data import Column, LoggedData
from mock_service.evaluation.policies import ActionProbabilities, PolicySource

MIN_EFFECTIVE = 50
"""The effective sample size below which no interval deserves trust."""

MIN_INFORMATIVE = 24
"""Decisions with an unusual reward, of a weight above 1, and to be expected of one below: with
fewer of either, an interval is narrow because what would widen it is missing."""

_OFF_BALANCE = 4.0
"""How many standard errors the mean weight may be away from 1, as it is on average."""

_RARE = 0.1
"""The share of decisions below which an unusual reward is rare, so that chance may leave it out."""

_ROUNDING = 1e-3
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Overlap:
    """How well a log covers what a policy does.

    ``effective`` is how many decisions of the policy's own would say as much (Kish's effective
    sample size); ``mean_weight`` and ``largest_weight`` are before clipping, and ``clipped`` counts
    the decisions whose weight was cut. ``informative`` counts decisions with a weight above 1 and
    another reward than the most common one, and ``contrasting`` how many with a weight below 1 had
    one if rewards were alike everywhere.
    ``is_same`` says that the policy acted as the logging policy did, and ``warnings`` are the
    sentences of the guards that spoke.
    """

    decisions: int
    effective: float
    mean_weight: float
    largest_weight: float
    clipped: int
    informative: int = 0
    contrasting: int = 0
    is_same: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def is_insufficient(self) -> bool:
        """Whether nothing can be said about the policy."""
        return bool(self.warnings)


def measure_overlap(sample: Sample, clip: float = inf) -> Overlap:
    """Return how much decisions say about a policy; the weights of `sample` are not yet clipped.

    A decision that stands for several, as others like it were left out of the log, has its weight
    for each of them, as in the estimates.
    """
    weights, shares = sample.weights, sample.shares
    kept = np.minimum(weights, clip) * shares
    squares = float((kept**2).sum())
    decisions = float(shares.sum())
    is_same = bool((np.abs(weights - 1) < _SAME).all())
    unusual = _find_unusual(sample)
    overlap = Overlap(
        decisions=len(weights),
        effective=float(kept.sum()) ** 2 / squares if squares else 0.0,
        mean_weight=float((weights * shares).sum()) / decisions if len(weights) else 0.0,
        largest_weight=float(weights.max(initial=0.0)),
        clipped=int((weights > clip).sum()),
        informative=_count_informative(weights > 1 + _SAME, unusual),
        contrasting=_count_expected(weights < 1 - _SAME, unusual),
        is_same=is_same,
    )
    if is_same:
        return overlap
    return replace(overlap, warnings=tuple(_find_problems(overlap, weights * shares, decisions)))


def find_unsupported(acted: Iterable[ActionProbabilities], logged: LoggedData) -> frozenset[str]:
    """Return the names of the policies about which the log says nothing."""
    overlaps = {
        one.policy.name: measure_overlap(
            Sample(logged.rewards, one.of_logged(logged) / logged.propensities, logged.shares)
        )
        for one in acted
        if one.policy.source is not PolicySource.ONLINE
    }
    return frozenset(name for name, overlap in overlaps.items() if overlap.is_insufficient)


def _count_informative(preferred: NDArray[np.bool_], unusual: NDArray[np.bool_]) -> int:
    """Return how many preferred decisions earned something unusual.

    Where that is not rare in the log, a policy that always earns the usual is no riddle: as many
    count as would be expected.
    """
    found = int((preferred & unusual).sum())
    is_rare = not len(unusual) or unusual.mean() < _RARE
    return found if is_rare else max(found, _count_expected(preferred, unusual))


def _count_expected(rows: NDArray[np.bool_], unusual: NDArray[np.bool_]) -> int:
    """Return how many of these decisions earned something unusual if rewards were alike."""
    return int(rows.sum() * unusual.mean()) if len(unusual) else 0


def _find_unusual(sample: Sample) -> NDArray[np.bool_]:
    """Return which decisions earned another reward than the most common one."""
    if not len(sample):
        return np.zeros(0, dtype=np.bool_)
    values, counts = np.unique(sample.rewards, return_counts=True)
    unusual: NDArray[np.bool_] = sample.rewards != values[counts.argmax()]
    return unusual


def _find_problems(overlap: Overlap, enlarged: Column, decisions: float) -> list[str]:
    """Return what the guards say."""
    problems = []
    if overlap.effective < MIN_EFFECTIVE:
        problems.append(
            f"the log is worth {overlap.effective:,.0f} decisions of its own, and {MIN_EFFECTIVE} "
            "are needed"
        )
    if decisions > 1 and _is_off_balance(overlap.mean_weight, enlarged, decisions):
        problems.append(
            f"the importance weights average {overlap.mean_weight:.2f} where they should average "
            "1: the policy takes actions the log never tries, or the logged propensities are wrong"
        )
    if overlap.informative < MIN_INFORMATIVE:
        problems.append(
            f"{overlap.informative} decisions that it would rather make than the log did earned "
            f"anything unusual, and {MIN_INFORMATIVE} are needed"
        )
    elif overlap.contrasting < MIN_INFORMATIVE:
        problems.append(
            f"of the decisions that the log would rather make than it, {overlap.contrasting} are "
            f"to be expected to earn anything unusual, and {MIN_INFORMATIVE} are needed"
        )
    return problems


def _is_off_balance(mean: float, enlarged: Column, decisions: float) -> bool:
    error = standard_error(float(enlarged.sum()), float((enlarged**2).sum()), decisions)
    return abs(mean - 1) > _OFF_BALANCE * error + _ROUNDING
