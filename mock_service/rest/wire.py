"""The bodies of the REST contract, as clients write and read them.

Fields of documented type `any` (features) are checked in `mock_service.rest.validation`, which
knows the service's own words for what is wrong with them.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, JsonValue
from pydantic.alias_generators import to_camel

MAX_ID_LENGTH = 256

Id = Annotated[str, Field(max_length=MAX_ID_LENGTH)]


class _Body(BaseModel):
    """Camel case outside, strict types, unknown fields ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, strict=True, frozen=True, validate_by_alias=True
    )


class RankableAction(_Body):
    """A candidate and its features."""

    id: Id
    features: Annotated[list[Any], Field(json_schema_extra={"items": {"type": "object"}})]


class RankRequestBody(_Body):
    """A request to rank 1 to 50 actions."""

    actions: list[RankableAction | None]
    context_features: Annotated[
        list[Any] | None, Field(json_schema_extra={"items": {"type": "object"}})
    ] = None
    excluded_actions: list[str] | None = None
    event_id: Id | None = None
    defer_activation: bool | None = None


class RankedActionBody(_Body):
    """An action and the probability it had of being chosen."""

    id: Id
    probability: Annotated[float, Field(ge=0, le=1)]


class RankResponseBody(_Body):
    """The answer to a rank request."""

    ranking: list[RankedActionBody]
    event_id: Id
    reward_action_id: Id


class RewardRequestBody(_Body):
    """A reward for an event, between -1 and 1."""

    value: Annotated[FiniteFloat, Field(ge=-1, le=1)]


class ErrorBody(_Body):
    """What went wrong."""

    code: str
    message: str
    target: str | None = None
    details: list[JsonValue] | None = None
    inner_error: dict[str, JsonValue] | None = None


class ErrorResponseBody(_Body):
    """The one shape of every error."""

    error: ErrorBody
