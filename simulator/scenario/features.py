"""Context features that are different on every visit: where their values come from."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, StrictInt, Tag
from pydantic import model_validator as validator

from simulator.scenario.fields import (
    Amount,
    FeatureValue,
    Table,
    Weight,
    by_key,
    check_rising,
    check_some_weight,
)

_Whole = Annotated[StrictInt, Field(ge=-(2**62), le=2**62)]
Hour = Annotated[float, Field(ge=0, lt=24, strict=True)]


class ChoiceFeature(Table):
    """A feature drawn from a list, each value as likely as its weight says."""

    choice: Annotated[list[FeatureValue], Field(min_length=1)]
    weights: list[Weight] | None = None

    @validator(mode="after")
    def _weights_fit(self) -> Self:
        if self.weights is not None:
            if len(self.weights) != len(self.choice):
                raise ValueError(
                    f"expected as many weights as choices, got {len(self.weights)} for "
                    f"{len(self.choice)}"
                )
            check_some_weight(self.weights, "expected at least one weight above 0")
        return self


class WholeNumber(Table):
    """A whole number drawn evenly from a range, both ends included."""

    integer: tuple[_Whole, _Whole]

    @validator(mode="after")
    def _range_rises(self) -> Self:
        check_rising(self.integer)
        return self


class Normal(Table):
    """A number drawn from a normal distribution, given as its mean and standard deviation."""

    normal: tuple[Amount, Annotated[Amount, Field(ge=0)]]
    decimals: Annotated[int, Field(ge=0, le=15)] = 2
    within: tuple[Amount, Amount] | None = None
    """Numbers outside are moved to the nearer end."""

    @validator(mode="after")
    def _range_rises(self) -> Self:
        if self.within is not None:
            check_rising(self.within)
        return self


class TimeOfDay(Table):
    """The part of the day, by the hour at which it begins; the last one lasts past midnight."""

    time_of_day: Annotated[dict[Annotated[str, Field(min_length=1)], Hour], Field(min_length=1)]

    @validator(mode="after")
    def _hours_rise(self) -> Self:
        hours = list(self.time_of_day.values())
        if hours != sorted(set(hours)):
            raise ValueError(f"expected later and later hours, got {hours}")
        return self


class Calendar(Table):
    """What the clock shows: the hour (0 to 23), the day's name, or whether it is a weekend."""

    calendar: Literal["hour", "day_of_week", "weekend"]


KINDS = (ChoiceFeature, WholeNumber, Normal, TimeOfDay, Calendar)
Sampled = Annotated[
    Annotated[ChoiceFeature, Tag("<choice>")]
    | Annotated[WholeNumber, Tag("<integer>")]
    | Annotated[Normal, Tag("<normal>")]
    | Annotated[TimeOfDay, Tag("<time_of_day>")]
    | Annotated[Calendar, Tag("<calendar>")],
    by_key("choice", "integer", "normal", "time_of_day", "calendar"),
]


def _value_or_sampled(value: object) -> str:
    return "<sampled>" if isinstance(value, dict | Table) else "<value>"


ProfileFeature = Annotated[
    Annotated[FeatureValue, Tag("<value>")] | Annotated[Sampled, Tag("<sampled>")],
    Discriminator(_value_or_sampled),
]
"""A feature of all visits of a profile: always the same, or drawn for each visit."""
