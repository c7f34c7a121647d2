"""A scenario as a Gymnasium environment: a visit a step."""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mock_service.python_policies.feature_matrix import FeatureMatrix
from simulator.bridges.visits import BridgedVisit, Earnings, ScenarioVisits
from simulator.errors import OptionsInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    import gymnasium
except ImportError as error:
    raise OptionsInvalid(
        "GymnasiumScenario needs gymnasium: pip install 'personalizer-lab[gymnasium]'"
    ) from error

Observation = NDArray[np.float32]
_PRIMING_VISITS, _PRIMING_SEED = 1000, 0
_NOTHING = BridgedVisit({}, (), (), ())


class GymnasiumScenario(gymnasium.Env[Observation, np.int64]):
    """The visits of a scenario: choose an action, earn its reward, and meet the next visitor.

    An observation has a row an action of the scenario and `columns` columns, those of a
    `FeatureMatrix` that has seen 1,000 visits, so that they mean the same in every episode. It is 0
    where an action is not offered, and ``info["action_mask"]`` has 1 for those that are. Choosing
    another shows nothing and earns 0. Rewards come at once, whatever the scenario says of delays,
    and an episode is truncated after `rounds` visits.
    """

    def __init__(
        self,
        scenario: str,
        *,
        rounds: int = 2000,
        seed: int = 1,
        reward: str = "",
        earns: Earnings = "reward",
        columns: int = 256,
    ) -> None:
        """Begin with the visits of `seed`; each reset without a seed takes the next one.

        Raises:
            SimulatorError: there is no such scenario or reward design, or it has pages of several
                slots.
            ValueError: there are more features and pairs of them than `columns`.
        """
        self._source = ScenarioVisits(scenario, reward, earns)
        self._rounds, self._next_seed = rounds, seed
        self._columns = columns
        self._primed = FeatureMatrix(columns)
        self._count = len(self._source.scenario.actions)
        self.action_space = gymnasium.spaces.Discrete(self._count)
        self.observation_space = gymnasium.spaces.Box(
            -1.0, 1.0, (self._count, columns), dtype=np.float32
        )
        self._visits: Iterator[BridgedVisit] = iter(())
        self._visit = _NOTHING
        self._matrix = self._primed
        for visit in self._source.draw(_PRIMING_VISITS, _PRIMING_SEED):
            self._primed.rows(visit.context, visit.actions)

    def reset(
        self,
        *,
        seed: int | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin a new episode, and return its first visit."""
        super().reset(seed=seed, options=options)
        chosen = self._next_seed if seed is None else seed
        self._next_seed = chosen + 1
        self._matrix = deepcopy(self._primed)
        self._visits = self._source.draw(self._rounds, chosen)
        self._visit = next(self._visits, _NOTHING)
        return self._observe(), self._describe()

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Show an action to the visitor, and return the next visit with what it earned.

        Raises:
            OptionsInvalid: the episode is over, or there is no such action.
        """
        visit = self._visit
        if visit is _NOTHING:
            raise OptionsInvalid("the episode is over: call reset() first")
        if not 0 <= int(action) < self._count:
            raise OptionsInvalid(f"action: expected 0 to {self._count - 1}, got {action}")
        offered = dict(zip(visit.indices, visit.earnings, strict=True))
        earned = offered.get(int(action), 0.0)
        self._visit = next(self._visits, _NOTHING)
        over = self._visit is _NOTHING
        return self._observe(), earned, False, over, self._describe()

    def _observe(self) -> Observation:
        observed = np.zeros((self._count, self._columns), dtype=np.float32)
        if self._visit.indices:
            rows = self._matrix.rows(self._visit.context, self._visit.actions)
            observed[list(self._visit.indices)] = rows
        return observed

    def _describe(self) -> dict[str, Any]:
        mask = np.zeros(self._count, dtype=np.int8)
        mask[list(self._visit.indices)] = 1
        return {"action_mask": mask, "context": dict(self._visit.context)}
