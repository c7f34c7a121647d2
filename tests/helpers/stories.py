"""Playing a scenario from its file to its summary."""

from mock_service.loop.configuration import Configuration
from mock_service.settings import LoopSettings
from simulator.report.summary import Summary
from simulator.scenario.catalogue import find_scenario
from simulator.simulations import RunOptions, simulate


def played(
    name: str, options: RunOptions, *, policy: str = "", exploration: float = 0.2
) -> Summary:
    """Return the figures of one run in quick mode, in this process."""
    settings = LoopSettings(policy=policy, configuration=Configuration(exploration=exploration))
    return simulate(find_scenario(name), settings, options)
