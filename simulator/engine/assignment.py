"""The best page: an action for each slot, none of them twice."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment


def optimal_assignment(
    expected: NDArray[np.float64], allowed: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return the best allowed action for each slot; arrays have the shape (slots, actions)."""
    never = -len(expected) * (1.0 + np.abs(expected).max() * 2)
    _, found = linear_sum_assignment(np.where(allowed, expected, never), maximize=True)
    return np.asarray(found)
