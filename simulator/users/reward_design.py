"""From what a user did to the number the learner hears, and when it is known."""

from simulator.errors import OptionsInvalid
from simulator.scenario.model import Scenario
from simulator.scenario.rewards import PythonRewardDesign
from simulator.users.behaviour import Outcomes
from simulator.users.python_reward import PythonReward
from simulator.users.reward_signals import RewardSignal
from simulator.users.weighted_reward import weighted_reward


def check_reward(scenario: Scenario, name: str) -> None:
    """See that a scenario has a reward design of that name; empty is its first.

    Raises:
        OptionsInvalid: it has not.
    """
    if name and name not in scenario.rewards:
        known = ", ".join(scenario.rewards)
        raise OptionsInvalid(f"--reward: expected one of {known}, got {name!r}")


class RewardDesign:
    """One of a scenario's reward designs."""

    def __init__(self, scenario: Scenario, name: str = "") -> None:
        """Take the design of that `name`; the scenario's first when it is empty.

        Raises:
            OptionsInvalid: the scenario has no such design.
            HookProblem: the design's Python function is not there.
        """
        check_reward(scenario, name)
        self.name = name or next(iter(scenario.rewards))
        design = scenario.rewards[self.name]
        self._design = (
            PythonReward(design, scenario.folder)
            if isinstance(design, PythonRewardDesign)
            else design
        )

    def reports(self, outcomes: Outcomes) -> list[RewardSignal]:
        """Return the rewards that these outcomes bring, all of one visit and action together."""
        if isinstance(self._design, PythonReward):
            return self._design.reports(outcomes)
        return weighted_reward(self._design, outcomes)
