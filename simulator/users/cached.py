"""The users of the last run, kept for the next: settings are compared on the same ones."""

from collections.abc import Iterator
from threading import local

from simulator.scenario.model import Scenario
from simulator.users.environment import (
    BLOCK,
    Environment,
    EnvironmentInfo,
    ScenarioEnvironment,
    VisitBatch,
    beginning,
)

MAX_KEPT = 250_000
"""Visits times actions, beyond which a crowd is drawn each time: those take some 20 MB."""


class CachedEnvironment:
    """A crowd that comes again from the beginning each time, and is drawn once."""

    def __init__(self, scenario: Scenario, *, seed: int, reward: str = "") -> None:
        """Draw as `ScenarioEnvironment` does, and raise what it raises."""
        self.origin = (scenario, seed, reward)
        self._begin()
        self.info: EnvironmentInfo = self._environment.info
        self.design_name, self.action_count = (
            self._environment.design_name,
            self._environment.action_count,
        )
        self.reward_delay = self._environment.reward_delay

    def blocks(self, rounds: int) -> Iterator[VisitBatch]:
        """Yield the first `rounds` visits in blocks."""
        starts = range(0, rounds, BLOCK)
        self._draw(len(starts) - len(self._blocks))
        for block, start in zip(self._blocks, starts, strict=False):
            yield beginning(block, rounds - start)

    def _begin(self) -> None:
        scenario, seed, reward = self.origin
        self._environment = ScenarioEnvironment(scenario, seed=seed, reward=reward)
        self._blocks: list[VisitBatch] = []

    def _draw(self, missing: int) -> None:
        """Draw more blocks; if that is cut short, begin anew, as the generator has moved on."""
        try:
            self._blocks.extend(self._environment.blocks(missing * BLOCK))
        except BaseException:
            self._begin()
            raise


class EnvironmentCache(local):
    """Remembers the latest crowd; in every thread its own."""

    def __init__(self) -> None:
        self._latest: CachedEnvironment | None = None

    def environment(
        self, scenario: Scenario, *, seed: int, reward: str, rounds: int
    ) -> Environment:
        """Return an environment from its first visit on: the latest one, if it is the same.

        Crowds that would take much memory are drawn anew, and so are those with Python functions:
        what these say may depend on anything.

        Raises:
            OptionsInvalid: the scenario has no such reward design.
            HookProblem: a Python function of the scenario is not there.
        """
        if scenario.hooks or rounds * len(scenario.actions) > MAX_KEPT:
            return ScenarioEnvironment(scenario, seed=seed, reward=reward)
        if self._latest is None or self._latest.origin != (scenario, seed, reward):
            self._latest = CachedEnvironment(scenario, seed=seed, reward=reward)
        return self._latest
