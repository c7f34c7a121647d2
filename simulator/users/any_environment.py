"""The environments there are: of single actions and of pages, played or recorded."""

from simulator.scenario.model import Scenario
from simulator.users.environment import Environment, ScenarioEnvironment
from simulator.users.multi_slot import MultiSlotEnvironment
from simulator.users.replayed_pages import ReplayPages

PageEnvironment = MultiSlotEnvironment | ReplayPages
AnyEnvironment = Environment | PageEnvironment


def open_environment(scenario: Scenario, *, seed: int, reward: str = "") -> AnyEnvironment:
    """Return a scenario's users: to pages of several slots, if it has any.

    Raises:
        OptionsInvalid: the scenario has no such reward design.
        HookProblem: a Python function of the scenario is not there.
    """
    kind = MultiSlotEnvironment if scenario.slots else ScenarioEnvironment
    return kind(scenario, seed=seed, reward=reward)
