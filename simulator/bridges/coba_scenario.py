"""A scenario as coba reads environments."""

from collections.abc import Iterator
from typing import Any

from mock_service.python_policies.coba_policy import to_choices, to_flat
from simulator.bridges.visits import Earnings, ScenarioVisits


class CobaScenario:
    """The visits of a scenario, for ``coba.Environments(CobaScenario("news"))``.

    Every action's reward is known to coba, which shows a learner only what it chose. They come at
    once, whatever the scenario says of delays.
    """

    def __init__(
        self,
        scenario: str,
        *,
        rounds: int = 2000,
        seed: int = 1,
        reward: str = "",
        earns: Earnings = "reward",
    ) -> None:
        """Take the visits of `seed`; `reward` is a design of the scenario, or empty for its first.

        Raises:
            SimulatorError: there is no such scenario, it is not one, or has pages of several slots.
        """
        self._visits = ScenarioVisits(scenario, reward, earns)
        self._rounds, self._seed = rounds, seed

    @property
    def params(self) -> dict[str, Any]:
        """What coba writes down beside its results."""
        return {
            "scenario": self._visits.scenario.name,
            "seed": self._seed,
            "reward_design": self._visits.reward,
            "earns": self._visits.earns,
        }

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield an interaction a visit, with flat features by name.

        Raises:
            OptionsInvalid: the scenario has no such reward design.
        """
        for visit in self._visits.draw(self._rounds, self._seed):
            yield {
                "context": to_flat(visit.context),
                "actions": to_choices(visit.actions),
                "rewards": list(visit.earnings),
            }
