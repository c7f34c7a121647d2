"""The service configuration: read it, replace it."""

from collections.abc import Iterator
from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ServiceProblem
from mock_service.evaluation.inquiry import Kind
from mock_service.learning.policy_text import is_multi_slot
from mock_service.learning.workspace import shortest
from mock_service.loop.configuration import Configuration
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.bodies import parsed
from mock_service.rest.configuration_rules import changed
from mock_service.rest.configuration_wire import configuration_body
from mock_service.rest.durations import duration
from mock_service.rest.inquiries import find
from mock_service.rest.moments import moment
from mock_service.rest.operations import Call, Operation
from mock_service.rest.policy import apply_policy, for_kind_of
from mock_service.rest.replies import empty_reply, json_reply
from mock_service.rest.versions import ALL, NEWEST, PREVIEWS, Version
from mock_service.rest.wire import PolicyReferenceBody


async def get(call: Call) -> Response:
    """Return the service configuration."""
    return json_reply(HTTPStatus.OK, configuration_response(call.loop.configuration, call.version))


async def update(call: Call) -> Response:
    """Replace the service configuration; optional fields that are left out keep their values."""
    raw = await call.body()
    body = parsed(configuration_body(call.version), raw, "InvalidServiceConfiguration")

    def change(loop: LearningLoop) -> Iterator[None]:
        multi_slot = is_multi_slot(loop.state.policy)
        return loop.configure_in_steps(changed(loop.configuration, body, multi_slot=multi_slot))

    await call.service.changes.apply(call.hosted.name, lambda: call.loop, change)
    await call.service.committed()
    return json_reply(HTTPStatus.OK, configuration_response(call.loop.configuration, call.version))


async def apply_from_evaluation(call: Call) -> Response:
    """Make a policy that an evaluation has judged the loop's own."""
    body = parsed(PolicyReferenceBody, await call.body(), "InvalidContract")
    entry = find(call, Kind.EVALUATION, body.evaluation_id)
    if entry is None:
        raise ServiceProblem("EvaluationNotFound", target="evaluationId")
    if not entry.found:
        raise ServiceProblem("EvaluationModelNotFound", target="evaluationId")
    judged = entry.findings.course(body.policy_name)
    if judged is None or not judged.arguments:
        raise ServiceProblem("LearningSettingsNotFound", target="policyName")
    await apply_policy(call, for_kind_of(call.loop, judged.arguments))
    return empty_reply()


def configuration_response(configuration: Configuration, version: Version) -> dict[str, object]:
    """Return what `version` shows of a configuration; what nobody has set is left out."""
    shown: dict[str, object] = {
        "rewardWaitTime": duration(configuration.reward_wait_time),
        "defaultReward": shortest(configuration.default_reward),
        "rewardAggregation": configuration.reward_aggregation,
        "explorationPercentage": shortest(configuration.exploration),
        "modelExportFrequency": duration(configuration.model_export_frequency),
        "logMirrorEnabled": configuration.log_mirror_enabled,
        "logMirrorSasUri": configuration.log_mirror_sas_uri,
        "logRetentionDays": configuration.log_retention_days,
    }
    if version in PREVIEWS:
        shown |= _preview_response(configuration)
    if version in NEWEST:
        shown["modelRetrainDays"] = configuration.model_retrain_days
    return {name: value for name, value in shown.items() if value is not None}


def _preview_response(configuration: Configuration) -> dict[str, object]:
    edited, start = configuration.last_edited, configuration.auto_optimization_start
    return {
        "lastConfigurationEditDate": edited and moment(edited),
        "learningMode": configuration.learning_mode.value,
        "isAutoOptimizationEnabled": configuration.auto_optimization,
        "autoOptimizationFrequency": duration(configuration.auto_optimization_frequency),
        "autoOptimizationStartDate": start and moment(start),
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
