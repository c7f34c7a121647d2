"""From a configuration body to a loop's configuration, or to the code of what is wrong with it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mock_service.errors import ApiError
from mock_service.loop.configuration import AGGREGATIONS, Configuration, LearningMode
from mock_service.rest.configuration_schemas import (
    ConfigurationPreview,
    ConfigurationV1,
    ConfigurationV2022,
)
from mock_service.timestamps import to_utc

_SHORTEST_WAIT, _MAX_WAIT = timedelta(seconds=5), timedelta(days=2)
_SHORTEST_EXPORT, _MAX_EXPORT_FREQUENCY = timedelta(seconds=1), timedelta(days=365)
_SHORTEST_OPTIMIZATION, _MAX_OPTIMIZATION = timedelta(days=1), timedelta(days=3650)
_DAY = timedelta(days=1)


def merge_configuration(
    stored: Configuration, body: ConfigurationV1, *, multi_slot: bool
) -> Configuration:
    """Return `stored` with all that `body` says; optional fields it leaves out stay as they are.

    Raises:
        ApiError: with the code of the first rule that is broken.
    """
    _check_wait(body)
    wanted = _with_optional_fields(_with_required_fields(stored, body), body)
    if isinstance(body, ConfigurationPreview):
        _check_days(wanted)
        _check_mode_change(stored, wanted)
        if multi_slot and wanted.auto_optimization:
            raise ApiError("ProblemTypeIncompatibleWithAutoOptimization")
    if body.log_mirror_sas_uri is not None:
        _check_sas_uri(body.log_mirror_sas_uri)
    return wanted


def _with_required_fields(stored: Configuration, body: ConfigurationV1) -> Configuration:
    aggregation = body.reward_aggregation.lower()
    if aggregation not in AGGREGATIONS:
        raise _invalid(
            f"rewardAggregation should be one of {', '.join(AGGREGATIONS)}.", "rewardAggregation"
        )
    if not _SHORTEST_EXPORT <= body.model_export_frequency <= _MAX_EXPORT_FREQUENCY:
        raise _invalid(
            "modelExportFrequency should be 1 second to 365 days.", "modelExportFrequency"
        )
    return replace(
        stored,
        reward_wait_time=body.reward_wait_time,
        default_reward=body.default_reward,
        reward_aggregation=aggregation,
        exploration=body.exploration_percentage,
        model_export_frequency=body.model_export_frequency,
        log_retention_days=body.log_retention_days,
    )


def _with_optional_fields(wanted: Configuration, body: ConfigurationV1) -> Configuration:
    sent: dict[str, Any] = {
        "log_mirror_enabled": body.log_mirror_enabled,
        "log_mirror_sas_uri": body.log_mirror_sas_uri,
    }
    if isinstance(body, ConfigurationPreview):
        sent |= {
            "learning_mode": _learning_mode(body.learning_mode),
            "auto_optimization": body.is_auto_optimization_enabled,
            "auto_optimization_frequency": _optimization_frequency(body),
            "auto_optimization_start": _in_utc(body.auto_optimization_start_date),
            "explainability": body.is_inference_explainability_enabled,
        }
    if isinstance(body, ConfigurationV2022):
        sent["model_retrain_days"] = body.model_retrain_days
    return replace(wanted, **{name: value for name, value in sent.items() if value is not None})


def _learning_mode(sent: str | None) -> LearningMode | None:
    if sent is None:
        return None
    modes = {mode.value.lower(): mode for mode in LearningMode}
    if sent.lower() not in modes:
        raise _invalid(f"learningMode should be one of {', '.join(LearningMode)}.", "learningMode")
    return modes[sent.lower()]


def _optimization_frequency(body: ConfigurationPreview) -> timedelta | None:
    sent = body.auto_optimization_frequency
    if sent is not None and not _SHORTEST_OPTIMIZATION <= sent <= _MAX_OPTIMIZATION:
        raise _invalid(
            "autoOptimizationFrequency should be 1 to 3650 days.", "autoOptimizationFrequency"
        )
    return sent


def _in_utc(sent: datetime | None) -> datetime | None:
    """Return a timestamp in UTC; one without a zone is meant in UTC, as the service writes them."""
    try:
        return sent and to_utc(sent)
    except OverflowError as error:
        raise _invalid("Dates should be within the years 1 to 9999.", None) from error


def _check_wait(body: ConfigurationV1) -> None:
    if _SHORTEST_WAIT <= body.reward_wait_time <= _MAX_WAIT:
        return
    is_preview = isinstance(body, ConfigurationPreview)
    code = "InvalidRewardWaitTime" if is_preview else "InvalidServiceConfiguration"
    raise ApiError(
        code, "Reward wait time should be 5 seconds to two days.", target="rewardWaitTime"
    )


def _check_days(wanted: Configuration) -> None:
    kept = wanted.log_retention_days
    whole_days = -(-wanted.reward_wait_time // _DAY)
    if kept != -1 and kept < whole_days + 1:
        raise ApiError("InvalidLogRetentionDays", target="logRetentionDays")
    if kept != -1 and wanted.model_retrain_days > kept:
        raise ApiError("InvalidModelRetrainDays", target="modelRetrainDays")


def _check_mode_change(stored: Configuration, wanted: Configuration) -> None:
    """Refuse to change the mode between Online and Apprentice together with what is rewarded."""
    modes = {stored.learning_mode, wanted.learning_mode}
    if modes == {LearningMode.ONLINE, LearningMode.APPRENTICE} and _rewards(stored) != _rewards(
        wanted
    ):
        raise ApiError("InvalidLearningModeServiceConfiguration", target="learningMode")


def _rewards(configuration: Configuration) -> tuple[object, ...]:
    return (
        configuration.default_reward,
        configuration.reward_wait_time,
        configuration.reward_aggregation,
    )


def _check_sas_uri(uri: str) -> None:
    """Take what looks like a shared access signature with write permission; nothing is sent."""
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise ApiError("InvalidSasUri", target="logMirrorSasUri") from error
    query = parse_qs(parts.query)
    may_write = "w" in query.get("sp", [""])[0]
    if parts.scheme != "https" or not parts.hostname or not may_write or "sig" not in query:
        raise ApiError("InvalidSasUri", target="logMirrorSasUri")


def _invalid(message: str, target: str | None) -> ApiError:
    return ApiError("InvalidServiceConfiguration", message, target=target)
