"""The bodies of the REST contract, as clients write and read them.

Fields of documented type `any` (features) are checked in `mock_service.rest.validation`, which
knows the service's own words for what is wrong with them.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, JsonValue
from pydantic.alias_generators import to_camel

MAX_ID_LENGTH = 256

Id = Annotated[str, Field(max_length=MAX_ID_LENGTH)]
NewId = Annotated[Id, Field(json_schema_extra={"minLength": 1})]
"""An id that should have a character; `mock_service.rest.validation` says so in better words."""

_FEATURES: dict[str, Any] = {
    "items": {
        "type": "object",
        "additionalProperties": {
            "anyOf": [
                {"type": "string"},
                {"type": "number"},
                {"type": "boolean"},
                {"type": "array", "items": {"type": "number"}},
                {"type": "object"},
            ]
        },
    }
}
Texts = Annotated[list[str], Field(fail_fast=True)]
"""The first that is none is all there is to say: half a million would take seconds."""
Features = Annotated[list[Any], Field(json_schema_extra=_FEATURES)]
"""Dictionaries of features, loose or one level deep in namespaces."""
ActionFeatures = Annotated[list[Any], Field(json_schema_extra={**_FEATURES, "minItems": 1})]


class Body(BaseModel):
    """Camel case outside, strict types, unknown fields ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, strict=True, frozen=True, validate_by_alias=True
    )


class RankableAction(Body):
    """A candidate and its features."""

    id: NewId
    features: ActionFeatures


Actions = Annotated[
    list[RankableAction | None],
    Field(fail_fast=True),
    Field(
        json_schema_extra={
            "items": RankableAction.model_json_schema(),
            "minItems": 1,
            "maxItems": 50,
        }
    ),
]
"""What the document leaves out, nulls among the actions, is refused in the service's words."""


class RankRequestBody(Body):
    """A request to rank 1 to 50 actions."""

    actions: Actions
    context_features: Features | None = None
    excluded_actions: Texts | None = None
    event_id: NewId | None = None
    defer_activation: bool | None = None


class RankedActionBody(Body):
    """An action and the probability it had of being chosen."""

    id: Id
    probability: Annotated[float, Field(ge=0, le=1)]


class FeatureScoreBody(Body):
    """A feature, or two of them crossed, and what it adds to the predicted reward."""

    name: str
    score: float


class ExplainedActionBody(Body):
    """An action and what its features add, most important first."""

    id: Id
    features: list[FeatureScoreBody]


class RankResponseBody(Body):
    """The answer to a rank request."""

    ranking: list[RankedActionBody]
    event_id: Id
    reward_action_id: Id
    inference_explanation: list[ExplainedActionBody] | None = None


class RewardRequestBody(Body):
    """A reward for an event, between -1 and 1."""

    value: Annotated[FiniteFloat, Field(ge=-1, le=1)]


class ErrorBody(Body):
    """What went wrong."""

    code: str
    message: str
    target: str | None = None
    details: list[JsonValue] | None = None
    inner_error: dict[str, JsonValue] | None = None


class ErrorResponseBody(Body):
    """The one shape of every error."""

    error: ErrorBody


class SlotBody(Body):
    """A place to fill, and the action the application would show there by itself."""

    id: NewId
    baseline_action: str
    features: Features | None = None
    excluded_actions: Texts | None = None


class SlotsRankRequestBody(Body):
    """A request to fill slots, each with an action of its own."""

    actions: Actions
    slots: Annotated[list[SlotBody | None], Field(fail_fast=True)]
    context_features: Features | None = None
    event_id: NewId | None = None
    defer_activation: bool | None = None


class FilledSlotBody(Body):
    """A slot and the id of the action to show there."""

    id: Id
    reward_action_id: Id


class SlotsRankResponseBody(Body):
    """The answer to a multi-slot rank request: no probabilities, as in the service."""

    slots: list[FilledSlotBody]
    event_id: Id


class SlotRewardBody(Body):
    """A reward for one slot of an event, between -1 and 1."""

    slot_id: Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]
    value: Annotated[FiniteFloat, Field(ge=-1, le=1)]


class SlotsRewardRequestBody(Body):
    """Rewards for some slots of an event."""

    reward: Annotated[list[SlotRewardBody], Field(fail_fast=True)]


class PolicyBody(Body):
    """A learning policy: Vowpal Wabbit arguments with a name."""

    name: Id
    arguments: Annotated[str, Field(max_length=1024)]


class PolicyReferenceBody(Body):
    """A policy of an evaluation."""

    evaluation_id: Id
    policy_name: Id


class ModelPropertiesBody(Body):
    """When a model was made and last changed."""

    creation_time: datetime
    last_modified_time: datetime


class DateRangeBody(Body):
    """A range of time."""

    model_config = ConfigDict(alias_generator=None)

    from_: Annotated[datetime, Field(alias="from")]
    to: datetime


class LogsPropertiesBody(Body):
    """Which time the logs are from; nothing when there are none."""

    date_range: DateRangeBody | None = None
