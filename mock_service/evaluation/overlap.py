"""How much a log says about a policy that did not make it."""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

from mock_service.evaluation.logged_data import Column

MIN_EFFECTIVE = 50
"""The effective sample size below which no interval deserves trust."""

_OFF_BALANCE = 4.0
"""How many standard errors the mean weight may be away from 1, as it is on average."""

_ROUNDING = 1e-3


@dataclass(frozen=True, slots=True)
class Overlap:
    """How well a log covers what a policy does.

    ``effective`` is how many decisions of the policy's own would say as much (Kish's effective
    sample size); ``mean_weight`` and ``largest_weight`` are before clipping, and ``clipped`` counts
    the decisions whose weight was cut. ``warnings`` are sentences about what cannot be right.
    """

    decisions: int
    effective: float
    mean_weight: float
    largest_weight: float
    clipped: int
    warnings: tuple[str, ...]

    @property
    def is_insufficient(self) -> bool:
        """Whether nothing can be said about the policy at all."""
        return self.effective < MIN_EFFECTIVE


def measure_overlap(weights: Column, clip: float = inf) -> Overlap:
    """Return how much decisions with these importance weights say."""
    kept = np.minimum(weights, clip)
    squares = float((kept**2).sum())
    effective = float(kept.sum()) ** 2 / squares if squares else 0.0
    return Overlap(
        decisions=len(weights),
        effective=effective,
        mean_weight=float(weights.mean()) if len(weights) else 0.0,
        largest_weight=float(weights.max(initial=0.0)),
        clipped=int((weights > clip).sum()),
        warnings=() if effective < MIN_EFFECTIVE else _off_balance(weights),
    )


def _off_balance(weights: Column) -> tuple[str, ...]:
    error = sqrt(float(weights.var(ddof=1)) / len(weights))
    if abs(float(weights.mean()) - 1) <= _OFF_BALANCE * error + _ROUNDING:
        return ()
    words = (
        f"the importance weights average {weights.mean():.2f} where they should average 1: the "
        "policy takes actions the log never tries, or the logged propensities are wrong"
    )
    return (words,)
