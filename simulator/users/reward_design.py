"""From what a user did to the number the learner hears, and when it is known."""

from simulator.errors import OptionsInvalid
from simulator.scenario.model import Scenario
from simulator.scenario.rewards import Hooked
from simulator.users.behaviour import Outcomes
from simulator.users.hooked_reward import HookedReward
from simulator.users.reports import Report
from simulator.users.weighing import weighted_reports


class RewardDesign:
    """One of a scenario's reward designs."""

    def __init__(self, scenario: Scenario, name: str = "") -> None:
        """Take the design of that `name`; the scenario's first when it is empty.

        Raises:
            OptionsInvalid: the scenario has no such design.
            HookProblem: the design's Python function is not there.
        """
        self.name = name or next(iter(scenario.rewards))
        if self.name not in scenario.rewards:
            known = ", ".join(scenario.rewards)
            raise OptionsInvalid(f"--reward: expected one of {known}, got {name!r}")
        design = scenario.rewards[self.name]
        self._design = (
            HookedReward(design, scenario.folder) if isinstance(design, Hooked) else design
        )

    def reports(self, outcomes: Outcomes) -> list[Report]:
        """Return the rewards that these outcomes bring, all of one visit and action together."""
        if isinstance(self._design, HookedReward):
            return self._design.reports(outcomes)
        return weighted_reports(self._design, outcomes)
