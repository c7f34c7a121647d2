"""The columns of a run as figures to read: means, the last quarter, a learning curve."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_CURVE_POINTS = 40


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The means of the visits that end with number ``round``."""

    round: int
    mean_reward: float
    mean_value: float


def learning_curve(reward: NDArray[np.float64], value: NDArray[np.float64]) -> list[CurvePoint]:
    """Return the learning curve of two columns; shape (rounds,) each."""
    ends = np.unique(np.linspace(0, len(reward), _CURVE_POINTS + 1).astype(int))
    return [
        CurvePoint(
            int(end), round_metric(reward[start:end].mean()), round_metric(value[start:end].mean())
        )
        for start, end in pairwise(ends)
    ]


def last_quarter(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the end of a column: at least one visit of those there are."""
    return column[len(column) - max(1, len(column) // 4) :]


def mean_or_none(column: NDArray[np.generic]) -> float | None:
    """Return the mean of a column; None if it is empty."""
    return round_metric(column.astype(np.float64).mean()) if len(column) else None


def round_metric(number: float | np.floating) -> float:
    """Return a figure to six decimals: more would be noise to read."""
    return round(float(number), 6)
