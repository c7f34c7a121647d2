"""What users may do with what they are shown, and how long that takes."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, Tag, WithJsonSchema
from pydantic import model_validator as validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from simulator.scenario.fields import (
    DURATION_SCHEMA,
    Amount,
    Duration,
    Name,
    Share,
    Table,
    by_key,
    parse_duration,
)


class Fixed(Table):
    """Always the same time."""

    fixed: Duration


class UniformDelay(Table):
    """Any time of a range, evenly."""

    uniform: tuple[Duration, Duration]

    @validator(mode="after")
    def _range_rises(self) -> Self:
        low, high = self.uniform
        if low > high:
            raise ValueError(f"expected the shorter time first, got {low} and {high}")
        return self


class ExponentialDelay(Table):
    """A time with this mean, most often short and now and then long."""

    exponential: Duration


class LogNormal(Table):
    """A time with this median; ``spread`` is the standard deviation of its logarithm."""

    lognormal: Duration
    spread: Annotated[float, Field(gt=0, le=10)] = 1.0


def _as_fixed_delay(value: object) -> object:
    return {"fixed": parse_duration(value)} if isinstance(value, str) else value


class _OrDuration:
    """Tells editors that a plain duration will do."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the table, or of a text."""
        return {"anyOf": [DURATION_SCHEMA, handler(core)]}


Delay = Annotated[
    Annotated[Fixed, Tag("<fixed>")]
    | Annotated[UniformDelay, Tag("<uniform>")]
    | Annotated[ExponentialDelay, Tag("<exponential>")]
    | Annotated[LogNormal, Tag("<lognormal>")],
    by_key("fixed", "uniform", "exponential", "lognormal"),
    BeforeValidator(_as_fixed_delay),
    _OrDuration(),
]
"""How long something takes: a duration, or a table that says how it is spread."""


def _both_ends(value: object) -> object:
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return [value, value]
    raise ValueError(f"expected a chance in [0, 1], or a list of two, got {value!r}")


Probability = Annotated[
    tuple[Share, Share],
    BeforeValidator(_both_ends),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {
                    "type": "array",
                    "items": {"type": "number", "minimum": 0, "maximum": 1},
                    "minItems": 2,
                    "maxItems": 2,
                },
            ]
        }
    ),
]
"""The chance at a taste of 0 and at a taste of 1, in a straight line between; or one for both."""


class _Outcome(Table):
    after: Name | None = None
    """Only for those who did that: the step before this one in the funnel."""
    unless: Name | None = None
    """Only for those who did not do that, which has the same ``after``."""
    delay: Delay | None = None
    """How long after the step before, or after the visit; at once, when left out."""


class BinaryOutcome(_Outcome):
    """Something a user does or does not do, with a chance that follows the taste."""

    chance: Probability
    by_action: dict[Name, Probability] = Field(default_factory=dict)
    """Chances for some actions, in place of ``chance``."""
    value: Amount = 0.0
    """What it is truly worth when it happens; the learner never sees it."""


class Rating(_Outcome):
    """An outcome that is a number in [0, 1]: the taste, and noise spread evenly around it."""

    rating: Annotated[float, Field(gt=0, le=1)]
    """How far, at most, the noise moves the rating up or down."""
    decimals: Annotated[int, Field(ge=0, le=15)] = 2
    value: Amount = 1.0
    """What a rating of 1 is truly worth; the learner never sees it."""


Outcome = Annotated[
    Annotated[BinaryOutcome, Tag("<chance>")] | Annotated[Rating, Tag("<rating>")],
    by_key("chance", "rating"),
]


class FeedbackSpec(Table):
    """What happens to rewards on their way to the personalizer."""

    delay: Delay | None = None
    """How long after it is known a reward arrives; at once, when left out."""
    lost: Share = 0.0
    """The share of rewards that never arrive."""
    duplicated: Share = 0.0
    """The share of rewards that arrive twice."""
    duplicate_delay: Delay | None = None
    """How long after the first the second arrives; at once, when left out."""

    @property
    def is_perfect(self) -> bool:
        """Whether every reward arrives at once, and once."""
        return self.delay is None and not self.lost and not self.duplicated
