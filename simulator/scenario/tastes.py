"""How well each action pleases whom: the truth that a personalizer is after."""

import json
import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic import model_validator as validator

from simulator.scenario.fields import (
    Amount,
    Duration,
    FeatureName,
    Features,
    Hook,
    Name,
    Share,
    Table,
)

_FACTOR = r"(context|action)\..+"
ANYTHING = "*"
"""In a table by context: every value that has no entry of its own."""


def as_key(value: object) -> str:
    """Return how a table by context writes a feature's value."""
    return value if isinstance(value, str) else json.dumps(value)


def _factor(value: str) -> str:
    if not re.fullmatch(_FACTOR, value):
        raise ValueError(f"expected context.NAME or action.NAME, got {value!r}")
    return value


FactorName = Annotated[
    str, AfterValidator(_factor), WithJsonSchema({"type": "string", "pattern": f"^{_FACTOR}$"})
]


class ByContext(Table):
    """Tastes by the values of any context features."""

    features: Annotated[list[FeatureName], Field(min_length=1)]
    table: Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
    """A table a feature, one inside the other, by its values; the innermost value is the id of
    the action that pleases, or a table of tastes by action. ``"*"`` is any other value."""
    pleased: Share = 1.0
    """The taste for the action that pleases."""
    others: Share = 0.0
    """The taste for actions that are not mentioned."""


class Term(Table):
    """One term of a linear model: its weight, where all its conditions hold.

    ``times`` names numbers to multiply by, as ``context.NAME`` or ``action.NAME``.
    """

    weight: Amount
    context: Features = Field(default_factory=dict)
    action: Features = Field(default_factory=dict)
    times: Annotated[list[FactorName], Field(max_length=4)] = Field(default_factory=list)


class Linear(Table):
    """A linear model over the features of context and action."""

    intercept: Amount = 0.0
    link: Literal["clip", "logistic"] = "clip"
    """How the sum becomes a taste: cut off at 0 and 1, or through the logistic curve."""
    terms: Annotated[list[Term], Field(min_length=1)]


class TasteSpec(Table):
    """How well each action pleases, from 0 to 1: one of four ways to say so."""

    by_profile: dict[str, dict[str, Share]] = Field(default_factory=dict)
    by_context: ByContext | None = None
    linear: Linear | None = None
    hook: Hook | None = None
    """Called with a profile's name, a context and the features of each action."""

    @validator(mode="before")
    @classmethod
    def _one_kind(cls, table: object) -> object:
        if not isinstance(table, dict):
            return table
        given = [key for key in cls.model_fields if key in table]
        if len(given) > 1:
            raise ValueError(f"expected only one kind of tastes, got {', '.join(given)}")
        if not given:
            raise ValueError(f"expected one of the keys {', '.join(cls.model_fields)}")
        if given == ["by_profile"] and table["by_profile"] == {}:
            raise ValueError("expected a table of tastes for each profile in by_profile")
        return table


class Drift(Table):
    """Tastes that change: at a moment, or bit by bit over some time."""

    at: Duration
    over: Duration = timedelta()
    profiles: Annotated[list[Name], Field(min_length=1)] | None = None
    """Whose tastes change; those of all profiles, when left out."""
    tastes: TasteSpec
    """What they change to. In a table by profile, what is left out stays as it was."""

    @validator(mode="after")
    def _said_once(self) -> Self:
        if self.tastes.by_profile and self.profiles is not None:
            raise ValueError("expected no profiles beside tastes.by_profile, which names them")
        return self
