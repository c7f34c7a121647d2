"""What a scenario file may say: frozen values that check themselves.

The classes are the file's schema too: editors get it as JSON Schema.
"""

from math import isfinite
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    StrictInt,
    Tag,
    WithJsonSchema,
)
from pydantic import model_validator as validator

MAX_ACTIONS = 50
"""What one rank request may hold, by the service's contract."""


def _feature_value(value: object) -> object:
    if isinstance(value, str | bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    raise ValueError(f"expected a text, a finite number, true or false, got {value!r}")


FeatureValue = Annotated[
    Any,
    AfterValidator(_feature_value),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
Features = dict[Annotated[str, Field(min_length=1)], FeatureValue]
Taste = Annotated[float, Field(ge=0, le=1, strict=True)]
Name = Annotated[str, Field(min_length=1, max_length=256)]
"""Ids are limited to 256 characters by the service's contract."""


class _Part(BaseModel):
    """A table of the file: no other keys than these."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Choice(_Part):
    """A feature drawn from a list, each value as likely as its weight says."""

    choice: Annotated[list[FeatureValue], Field(min_length=1)]
    weights: list[Annotated[FiniteFloat, Field(ge=0)]] | None = None

    @validator(mode="after")
    def _weights_fit(self) -> Self:
        if self.weights is not None:
            if len(self.weights) != len(self.choice):
                raise ValueError(
                    f"expected as many weights as choices, got {len(self.weights)} for "
                    f"{len(self.choice)}"
                )
            if not sum(self.weights):
                raise ValueError("expected at least one weight above 0")
        return self


class WholeNumber(_Part):
    """A whole number drawn evenly from a range, both ends included."""

    integer: tuple[StrictInt, StrictInt]

    @validator(mode="after")
    def _range_rises(self) -> Self:
        _check_rising(self.integer)
        return self


def _kind_of_sample(table: object) -> str | None:
    keys = table if isinstance(table, dict) else ()
    return next((f"<{kind}>" for kind in _KINDS_OF_SAMPLES if kind in keys), None)


_KINDS_OF_SAMPLES = ("choice", "integer")

Sampled = Annotated[
    Annotated[Choice, Tag("<choice>")] | Annotated[WholeNumber, Tag("<integer>")],
    Discriminator(
        _kind_of_sample,
        custom_error_type="kind_of_sample",
        custom_error_message="expected a table with one of the keys choice, integer",
    ),
]


class ActionSpec(_Part):
    """Something that can be shown."""

    id: Name
    features: Annotated[list[Features], Field(min_length=1)]


class Profile(_Part):
    """A kind of user: how often they come, and the features that are always theirs."""

    weight: Annotated[FiniteFloat, Field(gt=0)] = 1.0
    context: Features = {}


class Rating(_Part):
    """An outcome that is a number in [0, 1]: the taste, and noise spread evenly around it."""

    rating: Annotated[float, Field(gt=0, le=1)]
    """How far, at most, the noise moves the rating up or down."""
    decimals: Annotated[int, Field(ge=0, le=15)] = 2
    value: FiniteFloat = 1.0
    """What a rating of 1 is truly worth; the learner never sees it."""


class Tastes(_Part):
    """How well each action pleases, from 0 to 1."""

    by_profile: dict[str, dict[str, Taste]]


class RewardSpec(_Part):
    """A reward design: what each outcome adds to the reward."""

    weights: Annotated[dict[str, FiniteFloat], Field(min_length=1)]
    clip: tuple[FiniteFloat, FiniteFloat] = (-1.0, 1.0)

    @validator(mode="after")
    def _range_rises(self) -> Self:
        _check_rising(self.clip)
        return self


class Traffic(_Part):
    """How often users arrive, by chance, evenly over the day."""

    per_hour: Annotated[FiniteFloat, Field(gt=0)] = 600.0


class Scenario(_Part):
    """A story: who comes, what can be shown, what they like and what they do."""

    version: Annotated[Literal[1], Field(alias="schema")]
    name: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    actions: Annotated[list[ActionSpec], Field(min_length=1, max_length=MAX_ACTIONS)]
    context: dict[Annotated[str, Field(min_length=1)], Sampled] = {}
    """Features drawn anew for each visit."""
    profiles: Annotated[dict[Name, Profile], Field(min_length=1)]
    tastes: Tastes
    outcomes: Annotated[dict[Name, Rating], Field(min_length=1)]
    rewards: Annotated[dict[Name, RewardSpec], Field(min_length=1)]
    """Reward designs; the first is the one to use when nobody chooses."""
    traffic: Traffic = Traffic()

    @property
    def action_ids(self) -> list[str]:
        """The actions' ids, in the order of the file."""
        return [action.id for action in self.actions]


def _check_rising(bounds: tuple[float, float]) -> None:
    low, high = bounds
    if low > high:
        raise ValueError(f"expected the lower end first, got {list(bounds)}")
