"""From what a user did to the number the learner hears."""

import numpy as np
from numpy.typing import NDArray

from simulator.errors import OptionsInvalid
from simulator.scenario.model import Scenario
from simulator.users.behaviour import Outcomes, sum_of


class RewardDesign:
    """One of a scenario's reward designs."""

    def __init__(self, scenario: Scenario, name: str = "") -> None:
        """Take the design of that `name`; the scenario's first when it is empty.

        Raises:
            OptionsInvalid: the scenario has no such design.
        """
        self.name = name or next(iter(scenario.rewards))
        if self.name not in scenario.rewards:
            known = ", ".join(scenario.rewards)
            raise OptionsInvalid(f"--reward: expected one of {known}, got {name!r}")
        self._design = scenario.rewards[self.name]

    def rewards(self, outcomes: Outcomes) -> NDArray[np.float64]:
        """Return the reward each outcome would bring; shape (visits, actions)."""
        parts = [weight * outcomes[name] for name, weight in self._design.weights.items()]
        rewards: NDArray[np.float64] = np.clip(sum_of(parts), *self._design.clip)
        return rewards
