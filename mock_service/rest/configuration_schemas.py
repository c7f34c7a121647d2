"""The service configuration on the wire: what each version shows, and what it wants."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, FiniteFloat

from mock_service.rest.durations import Duration
from mock_service.rest.schemas import Body
from mock_service.rest.versions import NEWEST, Version

_LARGEST = 2**31 - 1
Days = Annotated[int, Field(ge=0, le=_LARGEST)]


class ConfigurationV1(Body):
    """The service configuration of v1.0."""

    reward_wait_time: Duration
    default_reward: Annotated[FiniteFloat, Field(ge=-1, le=1)]
    reward_aggregation: Annotated[str, Field(max_length=256)]
    exploration_percentage: Annotated[FiniteFloat, Field(ge=0, le=1)]
    model_export_frequency: Duration
    log_retention_days: Annotated[int, Field(ge=-1, le=_LARGEST)]
    log_mirror_enabled: bool | None = None
    log_mirror_sas_uri: str | None = None


class ConfigurationPreview(ConfigurationV1):
    """The service configuration of the v1.1 previews."""

    last_configuration_edit_date: datetime | None = None
    learning_mode: str | None = None
    is_auto_optimization_enabled: bool | None = None
    auto_optimization_frequency: Duration | None = None
    auto_optimization_start_date: datetime | None = None
    is_inference_explainability_enabled: bool | None = None


class ConfigurationV2022(ConfigurationPreview):
    """The service configuration of 2022-09-01-preview."""

    model_retrain_days: Days


def configuration_body(version: Version) -> type[ConfigurationV1]:
    """Return the service configuration as `version` has it."""
    if version in NEWEST:
        return ConfigurationV2022
    return ConfigurationV1 if version is Version.V1_0 else ConfigurationPreview
