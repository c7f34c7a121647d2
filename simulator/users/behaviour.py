"""What users do with what they are shown, and what that is truly worth."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from simulator.scenario.model import Rating, Scenario

Outcomes = dict[str, NDArray[np.float64]]
"""What users would do with each action, by outcome; shapes (visits, actions)."""


class Behaviour:
    """Turns tastes into outcomes."""

    def __init__(self, scenario: Scenario, chance: Generator) -> None:
        self._outcomes = scenario.outcomes
        self._chance = chance

    def outcomes(self, tastes: NDArray[np.float64]) -> Outcomes:
        """Return what users of these tastes do; tastes have the shape (visits, actions)."""
        return {
            name: _rated(outcome, tastes, self._chance.uniform(-1, 1, tastes.shape))
            for name, outcome in self._outcomes.items()
        }

    def values(self, outcomes: Outcomes) -> NDArray[np.float64]:
        """Return what the outcomes are truly worth; shape (visits, actions)."""
        return sum_of([self._outcomes[name].value * array for name, array in outcomes.items()])

    def expected_values(self, tastes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what users of these tastes bring on average; shape (visits, actions)."""
        return sum_of(
            [
                outcome.value * _expected_rating(outcome, tastes)
                for outcome in self._outcomes.values()
            ]
        )


def sum_of(arrays: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the sum of arrays of one shape, in their order."""
    total = arrays[0]
    for array in arrays[1:]:
        total = total + array
    return total


def _rated(
    outcome: Rating, tastes: NDArray[np.float64], noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    rated: NDArray[np.float64] = np.clip(tastes + outcome.rating * noise, 0, 1)
    return rated.round(outcome.decimals)


def _expected_rating(outcome: Rating, tastes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average min(1, max(0, taste + noise)) over noise spread evenly in [-rating, rating].

    The integral of the clipped line from 0 to x is 0 below 0, x^2/2 within [0, 1] and x - 1/2
    above. Rounding is left out: it moves the average by less than half its last decimal.
    """
    high = _integral_of_clipped(tastes + outcome.rating)
    low = _integral_of_clipped(tastes - outcome.rating)
    return (high - low) / (2 * outcome.rating)


def _integral_of_clipped(end: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(end, 0, 1)
    return inside**2 / 2 + np.maximum(end - 1, 0)
