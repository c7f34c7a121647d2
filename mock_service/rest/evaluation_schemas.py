"""Bodies of evaluations and feature importances, as clients write and read them."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from mock_service.rest.schemas import Body, Id, PolicyBody

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _at_midnight(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("datetime_type", "Input should be a valid datetime")
    return f"{value}T00:00:00Z" if _DATE.fullmatch(value) else value


Timestamp = Annotated[datetime, Field(strict=False), BeforeValidator(_at_midnight)]
"""A time, or a date: that is its first moment in UTC."""


class EvaluationRequestBody(Body):
    """What to evaluate, in v1.0 and v1.1."""

    name: Id
    start_time: Timestamp
    end_time: Timestamp
    policies: Annotated[list[PolicyBody], Field(fail_fast=True)]
    enable_offline_experimentation: bool | None = None


class EvaluationRequestBodyV2022(Body):
    """What to evaluate, in 2022-09-01-preview."""

    name: Id
    start_time: Timestamp
    end_time: Timestamp
    policies: Annotated[list[PolicyBody], Field(fail_fast=True)]
    enable_policy_optimization: bool | None = None


class FeatureImportanceRequestBody(Body):
    """Of which time the features that matter are asked for."""

    name: Id
    start_time: Timestamp
    end_time: Timestamp


class InquiryDetailsBody(Body):
    """What every evaluation and feature importance says of itself."""

    id: Id
    name: Id
    start_time: datetime
    end_time: datetime
    status: str
    creation_time: datetime


class EvaluationBody(InquiryDetailsBody):
    """An evaluation, in v1.0 and v1.1."""

    job_id: Id
    policy_results: list[JsonValue]
    feature_importance: list[list[str]]
    evaluation_type: str
    optimal_policy: str


class EvaluationDetailsBodyV2022(InquiryDetailsBody):
    """An evaluation in a list of 2022-09-01-preview."""

    evaluation_type: str


class EvaluationBodyV2022(EvaluationDetailsBodyV2022):
    """An evaluation, in 2022-09-01-preview; with content once it has succeeded."""

    optimal_policy: str
    content: JsonValue = None
    description: str | None = None


class EvaluationsBodyV2022(Body):
    """A page of evaluations."""

    value: list[EvaluationDetailsBodyV2022]
    next_link: str | None = None


class ImportantFeatureBody(Body):
    """A feature and how much it matters, 1 for the one that matters most."""

    namespace: str
    feature_name: str
    score: float


class FeatureImportanceBody(InquiryDetailsBody):
    """Which features matter, the most important first."""

    feature_scores: list[ImportantFeatureBody]
    description: str | None = None


class FeatureImportancesBody(Body):
    """A page of feature importances."""

    value: list[InquiryDetailsBody]
    next_link: str | None = None


MAX_POLICIES = 10
"""Custom policies of one evaluation."""
