"""One setting of an experiment: a scenario, and everything that can be chosen about its runs."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version

from mock_service.python_policies.reference import is_python_policy
from mock_service.python_policies.reference import read_source as read_policy_source
from simulator.engine.groups import PROFILE
from simulator.personalizer.exploration_schedule import ExplorationSchedule
from simulator.scenario.hooks import read_source
from simulator.scenario.model import Scenario

_DECIDES_A_RUN = ("personalizer-lab", "numpy", "vowpalwabbit")
"""The packages that a run's figures hang on."""


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """What is chosen about a learning loop; None and empty leave it at the loop's default.

    ``exploration`` is a share, or a schedule of shares.

    The order of the fields is part of a setting's digest.
    """

    exploration: float | ExplorationSchedule | None = None
    policy: str = ""
    mode: str | None = None
    reward_wait_time: timedelta | None = None
    model_export_frequency: timedelta | None = None
    reward_aggregation: str | None = None
    default_reward: float | None = None
    seed: str = "0"
    """What the loop draws with, whatever the seed of the run."""
    reward: str = ""
    """A reward design of the scenario; empty takes its first."""

    @property
    def schedule(self) -> ExplorationSchedule | None:
        """The schedule that exploration follows, if it does."""
        return self.exploration if isinstance(self.exploration, ExplorationSchedule) else None


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A cell of the grid.

    ``levels`` are its factors' levels as they were written, and ``label`` tells it from the others.
    """

    label: str
    levels: tuple[tuple[str, str], ...]
    scenario: Scenario
    choices: LoopOptions = field(default_factory=LoopOptions)

    def level(self, factor: str) -> str:
        """Return the level of a factor."""
        return dict(self.levels)[factor]

    def digest(self) -> str:
        """Return a text that two settings share only if they make the same runs."""
        parts = [
            self.scenario.model_dump_json(warnings=False, exclude={"folder"}),
            json.dumps([repr(getattr(self.choices, name)) for name in LoopOptions.__slots__]),
            *(version(package) for package in _DECIDES_A_RUN),
        ]
        digest = hashlib.sha256("\n".join(parts).encode())
        for hook in self.scenario.hooks:
            digest.update(read_source(hook, self.scenario.folder))
        if is_python_policy(self.choices.policy):
            digest.update(read_policy_source(self.choices.policy))
        return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One setting with one seed: a worker's task."""

    setting: Setting
    seed: int
    rounds: int
    by: str = PROFILE
    """What its visits are grouped by: a feature of the context, or the profile."""
