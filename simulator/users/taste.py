"""How well each action pleases each visitor. This is the truth the learner is after."""

import numpy as np
from numpy.typing import NDArray

from simulator.scenario.model import Scenario


class Tastes:
    """Tastes by profile and action."""

    def __init__(self, scenario: Scenario) -> None:
        table = scenario.tastes.by_profile
        self._table = np.array(
            [[table[profile][id_] for id_ in scenario.action_ids] for profile in scenario.profiles]
        )

    def of(self, profiles: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return how well each action pleases, in [0, 1]; shape (visits, actions)."""
        tastes: NDArray[np.float64] = self._table[profiles]
        return tastes
