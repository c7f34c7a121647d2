"""What a scenario file may say: frozen values that check themselves.

The classes are the file's schema too: editors get it as JSON Schema.
"""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat
from pydantic import model_validator as validator

from simulator.scenario.features import KINDS, Hour, ProfileFeature, Sampled
from simulator.scenario.fields import (
    LARGEST_AMOUNT,
    Duration,
    FeatureName,
    Features,
    Name,
    Table,
    Weight,
    check_some_weight,
)
from simulator.scenario.outcomes import FeedbackSpec, Outcome
from simulator.scenario.rewards import PythonRewardDesign, RewardSpec
from simulator.scenario.slots import PageSpec, SlotSpec
from simulator.scenario.tastes import Drift, TasteSpec

MAX_ACTIONS = 50
"""What one rank request may hold, by the service's contract."""
DAY = timedelta(days=1)
_MIN_PER_HOUR = 1e-4
"""So seldom that the visits drawn at a time span two thousand years."""
_MAX_OUTCOMES = 40
"""With a century of delay each, the last of them still has a date."""


class ActionSpec(Table):
    """Something that can be shown, always or for a while."""

    id: Name
    features: Annotated[list[Features], Field(min_length=1)]
    since: Duration = timedelta()
    """How long after the beginning it appears."""
    until: Duration | None = None
    """How long after the beginning it leaves; never, when left out."""
    hours: tuple[Hour, Hour] | None = None
    """From which hour to which it is there each day; past midnight if the first is later."""

    @validator(mode="after")
    def _there_for_a_while(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"expected until after since, got {self.since} and {self.until}")
        if self.hours is not None and self.hours[0] == self.hours[1]:
            raise ValueError(f"expected two different hours, got {list(self.hours)}")
        return self

    @property
    def comes_and_goes(self) -> bool:
        """Whether it is not always there."""
        return bool(self.since) or self.until is not None or self.hours is not None

    def is_there(self, offset: timedelta) -> bool:
        """Say whether it can be shown that long after the beginning, a midnight."""
        if offset < self.since or (self.until is not None and offset >= self.until):
            return False
        if self.hours is None:
            return True
        opens, closes = self.hours
        hour = offset % DAY / timedelta(hours=1)
        if opens < closes:
            return opens <= hour < closes
        return hour >= opens or hour < closes


class Profile(Table):
    """A kind of user: how often they come, and the features that are theirs.

    A feature is a value, the same on every visit, or a table that says how it is drawn.
    """

    weight: Annotated[FiniteFloat, Field(gt=0, le=LARGEST_AMOUNT)] = 1.0
    context: dict[FeatureName, ProfileFeature] = Field(default_factory=dict)

    @property
    def sampled(self) -> list[Sampled]:
        """The features that are drawn for each visit, in the order of the file."""
        return [spec for spec in self.context.values() if isinstance(spec, KINDS)]


class TrafficSpec(Table):
    """How often users arrive, by chance; ``per_hour`` is the average over a day."""

    per_hour: Annotated[FiniteFloat, Field(gt=0, le=1e9)] = 600.0
    by_hour: Annotated[list[Weight], Field(min_length=24, max_length=24)] | None = None
    """How busy each hour of the day is, from midnight on, next to the others."""

    @validator(mode="after")
    def _somebody_comes(self) -> Self:
        if self.per_hour < _MIN_PER_HOUR:
            raise ValueError(f"expected per_hour of at least {_MIN_PER_HOUR}")
        if self.by_hour is not None:
            check_some_weight(self.by_hour, "expected at least one hour above 0 in by_hour")
        return self


class Scenario(Table):
    """A story: who comes, what can be shown, what they like and what they do."""

    version: Annotated[Literal[1], Field(alias="schema")]
    name: Name
    folder: str = ""
    """Where the file lies, and Python functions beside it."""
    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    actions: Annotated[list[ActionSpec], Field(min_length=1)]
    context: dict[FeatureName, Sampled] = Field(default_factory=dict)
    """Features drawn anew for each visit."""
    profiles: Annotated[dict[Name, Profile], Field(min_length=1)]
    tastes: TasteSpec
    drifts: list[Drift] = Field(default_factory=list)
    """How tastes change, in this order."""
    outcomes: Annotated[dict[Name, Outcome], Field(min_length=1, max_length=_MAX_OUTCOMES)]
    """What users may do, each step of a funnel after the one it depends on."""
    rewards: Annotated[dict[Name, RewardSpec], Field(min_length=1)]
    """Reward designs; the first is the default."""
    feedback: FeedbackSpec = FeedbackSpec()
    traffic: TrafficSpec = TrafficSpec()
    slots: list[SlotSpec] = Field(default_factory=list)
    """Places on a page, from top to bottom; without any, one action is shown."""
    page: PageSpec | None = None

    @property
    def action_ids(self) -> list[str]:
        """The actions' ids, in the order of the file."""
        return [action.id for action in self.actions]

    @property
    def hooks(self) -> list[str]:
        """The Python functions that the file names."""
        tastes = [self.tastes.hook, *(drift.tastes.hook for drift in self.drifts)]
        rewards = [
            design.hook
            for design in self.rewards.values()
            if isinstance(design, PythonRewardDesign)
        ]
        return [hook for hook in (*tastes, *rewards) if hook is not None]
