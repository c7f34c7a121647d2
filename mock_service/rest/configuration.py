"""The service configuration: read it, replace it."""

from collections.abc import Iterator
from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ApiError
from mock_service.evaluation.job import JobKind
from mock_service.loop.configuration import Configuration, ProblemType
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.configuration_rules import merge_configuration
from mock_service.rest.configuration_schemas import configuration_body
from mock_service.rest.durations import format_duration
from mock_service.rest.evaluation_common import find
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.policy import adapt_policy, apply_policy
from mock_service.rest.requests import parse_body
from mock_service.rest.responses import empty_reply, json_reply
from mock_service.rest.schemas import PolicyReferenceBody
from mock_service.rest.versions import ALL, NEWEST, PREVIEWS, Version
from mock_service.timestamps import format_timestamp
from mock_service.vowpal.workspace import float32_decimal


async def get(call: OperationRequest) -> Response:
    """Return the service configuration."""
    return json_reply(HTTPStatus.OK, configuration_response(call.loop.configuration, call.version))


async def update(call: OperationRequest) -> Response:
    """Replace the service configuration; optional fields that are left out keep their values."""
    raw = await call.body()
    body = parse_body(configuration_body(call.version), raw, "InvalidServiceConfiguration")

    def change(loop: LearningLoop) -> Iterator[None]:
        multi_slot = loop.problem_type is ProblemType.MULTI_SLOT
        return loop.configure_in_steps(
            merge_configuration(loop.configuration, body, multi_slot=multi_slot)
        )

    await call.service.loops.change(call.hosted.name, lambda: call.loop, change)
    await call.service.wait_committed()
    return json_reply(HTTPStatus.OK, configuration_response(call.loop.configuration, call.version))


async def apply_from_evaluation(call: OperationRequest) -> Response:
    """Make a policy that an evaluation has judged the loop's own."""
    body = parse_body(PolicyReferenceBody, await call.body(), "InvalidContract")
    entry = find(call, JobKind.EVALUATION, body.evaluation_id)
    if entry is None:
        raise ApiError("EvaluationNotFound", target="evaluationId")
    if not entry.found:
        raise ApiError("EvaluationModelNotFound", target="evaluationId")
    judged = entry.findings.course(body.policy_name)
    if judged is None or not judged.arguments:
        raise ApiError("LearningSettingsNotFound", target="policyName")
    await apply_policy(call, adapt_policy(call.loop, judged.arguments))
    return empty_reply()


def configuration_response(configuration: Configuration, version: Version) -> dict[str, object]:
    """Return what `version` shows of a configuration; what was never set is left out."""
    shown: dict[str, object] = {
        "rewardWaitTime": format_duration(configuration.reward_wait_time),
        "defaultReward": float32_decimal(configuration.default_reward),
        "rewardAggregation": configuration.reward_aggregation,
        "explorationPercentage": float32_decimal(configuration.exploration),
        "modelExportFrequency": format_duration(configuration.model_export_frequency),
        "logMirrorEnabled": configuration.log_mirror_enabled,
        "logMirrorSasUri": configuration.log_mirror_sas_uri,
        "logRetentionDays": configuration.log_retention_days,
    }
    if version in PREVIEWS:
        shown |= _preview_response(configuration)
    if version in NEWEST:
        shown["modelRetrainDays"] = configuration.model_retrain_days
        shown["isInferenceExplainabilityEnabled"] = bool(configuration.explainability)
    return {name: value for name, value in shown.items() if value is not None}


def _preview_response(configuration: Configuration) -> dict[str, object]:
    edited, start = configuration.last_edited, configuration.auto_optimization_start
    return {
        "lastConfigurationEditDate": edited and format_timestamp(edited),
        "learningMode": configuration.learning_mode.value,
        "isAutoOptimizationEnabled": configuration.auto_optimization,
        "autoOptimizationFrequency": format_duration(configuration.auto_optimization_frequency),
        "autoOptimizationStartDate": start and format_timestamp(start),
        "isInferenceExplainabilityEnabled": configuration.explainability,
    }


_PATH = "/configurations/service"

OPERATIONS = (
    Operation(
        "ServiceConfiguration_Get",
        "GET",
        _PATH,
        ALL,
        get,
        HTTPStatus.OK,
        reply=configuration_body,
    ),
    Operation(
        "ServiceConfiguration_Update",
        "PUT",
        _PATH,
        ALL,
        update,
        HTTPStatus.OK,
        body=configuration_body,
        reply=configuration_body,
    ),
    Operation(
        "ServiceConfiguration_ApplyFromEvaluation",
        "POST",
        "/configurations/applyFromEvaluation",
        PREVIEWS,
        apply_from_evaluation,
        HTTPStatus.NO_CONTENT,
        body=PolicyReferenceBody,
    ),
)
