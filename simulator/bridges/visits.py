"""A scenario's visits one by one, with what would come of each action that is offered."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from mock_service.python_policies.protocol import (
    Features,
    PolicyAction,
    to_actions,
    to_features,
)
from simulator.errors import OptionsInvalid
from simulator.scenario.catalogue import find_scenario
from simulator.scenario.slot_consistency import check_single_slot
from simulator.users.environment import ScenarioEnvironment, VisitBatch

Earnings = Literal["reward", "value"]
"""What an action brings: the reward that would be reported, or what it is worth to the scenario."""


class BridgedVisit(NamedTuple):
    """A visit: what it shows, which actions of the scenario are offered, and what each brings."""

    context: Features
    actions: Sequence[PolicyAction]
    indices: tuple[int, ...]
    earnings: tuple[float, ...]


class ScenarioVisits:
    """The visits that ``simulate`` would have of a scenario with one action a visit."""

    def __init__(self, name: str, reward: str, earns: Earnings) -> None:
        """Take a scenario by its name or path, and rewards by one of its designs, or its first.

        Raises:
            ScenarioNotFound: no scenario ships under that name.
            ScenarioInvalid: the file holds mistakes.
            OptionsInvalid: the scenario has pages of several slots.
        """
        self.scenario = find_scenario(name)
        check_single_slot(self.scenario)
        self.reward = reward
        self.earns: Earnings = earns

    def draw(self, rounds: int, seed: int) -> Iterator[BridgedVisit]:
        """Yield the visits of a seed.

        Raises:
            OptionsInvalid: the scenario has no such reward design, or ``earns`` is neither.
        """
        if self.earns not in {"reward", "value"}:
            raise OptionsInvalid(f"earns: expected reward or value, got {self.earns!r}")
        environment = ScenarioEnvironment(self.scenario, seed=seed, reward=self.reward)
        everything = tuple(range(environment.action_count))
        offered, shown = None, list[PolicyAction]()
        for block in environment.blocks(rounds):
            brings = _earnings(block, self.earns)
            for row, visit in enumerate(block.visits):
                if visit.actions is not offered:
                    offered = visit.actions
                    shown = to_actions([(one.id, one.features) for one in offered])
                indices = block.offer.indices[row] if block.offer else everything
                each = tuple([brings[row][index] for index in indices])
                yield BridgedVisit(to_features(visit.context), shown, indices, each)


def _earnings(block: VisitBatch, earns: Earnings) -> list[list[float]]:
    found: list[list[float]] = (block.rewards if earns == "reward" else block.values).tolist()
    return found
