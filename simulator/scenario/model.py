"""What a scenario file may say: frozen values that check themselves.

The classes are the file's schema too: editors get it as JSON Schema.
"""

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from simulator.scenario.outcomes import Feedback, Outcome
from simulator.scenario.parts import FeatureName, Features, Name, Part
from simulator.scenario.rewards import RewardSpec
from simulator.scenario.sampling import Sampled
from simulator.scenario.tastes import Drift, Tastes

MAX_ACTIONS = 50
"""What one rank request may hold, by the service's contract."""


class ActionSpec(Part):
    """Something that can be shown, always or for a while."""

    id: Name
    features: Annotated[list[Features], Field(min_length=1)]


class Profile(Part):
    """A kind of user: how often they come, and the features that are always theirs."""

    weight: Annotated[FiniteFloat, Field(gt=0)] = 1.0
    context: Features = Field(default_factory=dict)


class Traffic(Part):
    """How often users arrive, by chance."""

    per_hour: Annotated[FiniteFloat, Field(gt=0)] = 600.0


class Scenario(Part):
    """A story: who comes, what can be shown, what they like and what they do."""

    version: Annotated[Literal[1], Field(alias="schema")]
    name: Annotated[str, Field(min_length=1)]
    folder: str = ""
    """Where the file lies, and Python functions beside it."""
    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    actions: Annotated[list[ActionSpec], Field(min_length=1, max_length=MAX_ACTIONS)]
    context: dict[FeatureName, Sampled] = Field(default_factory=dict)
    """Features drawn anew for each visit."""
    profiles: Annotated[dict[Name, Profile], Field(min_length=1)]
    tastes: Tastes
    drifts: list[Drift] = Field(default_factory=list)
    """How tastes change, in this order."""
    outcomes: Annotated[dict[Name, Outcome], Field(min_length=1)]
    """What users may do, each step of a funnel after the one it depends on."""
    rewards: Annotated[dict[Name, RewardSpec], Field(min_length=1)]
    """Reward designs; the first is the one to use when nobody chooses."""
    feedback: Feedback = Feedback()
    traffic: Traffic = Traffic()

    @property
    def action_ids(self) -> list[str]:
        """The actions' ids, in the order of the file."""
        return [action.id for action in self.actions]
