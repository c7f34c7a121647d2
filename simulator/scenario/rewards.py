"""Reward designs: how what a user did becomes the number the learner hears."""

from datetime import timedelta
from math import isfinite
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, Tag
from pydantic import model_validator as validator

from simulator.scenario.fields import (
    LARGEST_AMOUNT,
    Amount,
    Duration,
    Hook,
    Table,
    by_key,
    check_rising,
)


def _when_nothing_counts(value: object) -> float | Literal["unsent"]:
    if value == "unsent":
        return "unsent"
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        if abs(value) > LARGEST_AMOUNT:
            raise ValueError(f"expected a number within {LARGEST_AMOUNT:.0e}, got {value!r}")
        return float(value)
    raise ValueError(f"expected a finite number or 'unsent', got {value!r}")


Nothing = Annotated[
    float | Literal["unsent"],
    PlainValidator(_when_nothing_counts, json_schema_input_type=float | Literal["unsent"]),
]


class _Design(Table):
    wait: Duration | None = None
    """How long the application waits for outcomes; later ones do not count."""
    clip: tuple[Amount, Amount] = (-1.0, 1.0)
    """A reward outside of this range is moved to its nearer end."""

    @validator(mode="after")
    def _range_rises(self) -> Self:
        check_rising(self.clip)
        return self


class Weighted(_Design):
    """Each outcome counts with its weight; a negative weight is a penalty."""

    weights: Annotated[dict[str, Amount], Field(min_length=1)]
    combine: Literal["sum", "first", "last", "each"] = "sum"
    """One reward with the sum of what counts, or with the first or the last alone; or a reward for
    each outcome, as it happens."""
    half_life: Duration | None = None
    """An outcome this long after the visit counts half, and half of that when twice as late."""
    nothing: Nothing = 0.0
    """The reward when no outcome counts; ``unsent`` leaves it to the service's default reward."""

    @validator(mode="after")
    def _time_passes(self) -> Self:
        if self.half_life == timedelta():
            raise ValueError("expected a half_life above 0s, got 0s")
        return self


class PythonRewardDesign(_Design):
    """The reward is what a Python function says.

    It is called with the outcomes that counted, in order of time: name, amount, and seconds since
    the visit.
    """

    hook: Hook


RewardSpec = Annotated[
    Annotated[Weighted, Tag("<weights>")] | Annotated[PythonRewardDesign, Tag("<hook>")],
    by_key("weights", "hook"),
]
