"""Evaluations: ask what other policies would have earned on a loop's log."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ApiError, LearningPolicyInvalid
from mock_service.evaluation.job import EvaluationRequest, JobKind, NamedPolicy, Status
from mock_service.hosting.evaluation_jobs import Job
from mock_service.loop.ids import new_guid
from mock_service.rest.evaluation_common import (
    count_events,
    find,
    loop_number,
    new_request,
    parse_id,
    parse_range,
    remove,
    save_job,
)
from mock_service.rest.evaluation_responses import (
    SPAN,
    asked_span,
    evaluation_response,
    listed_response,
    newest_details,
    newest_response,
)
from mock_service.rest.evaluation_schemas import (
    MAX_POLICIES,
    EvaluationBody,
    EvaluationBodyV2022,
    EvaluationRequestBody,
    EvaluationRequestBodyV2022,
    EvaluationsBodyV2022,
)
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.pagination import FILTER, PAGING, filter_items, page
from mock_service.rest.requests import parse_body
from mock_service.rest.responses import empty_reply, json_reply
from mock_service.rest.schemas import PolicyBody
from mock_service.rest.versions import ALL, NEWEST, Version
from mock_service.vowpal.sandbox import validate_policy_aside

_INVALID = "InvalidEvaluationContract"
_OLDER = ALL[:-1]


async def create(call: OperationRequest) -> Response:
    """Begin an evaluation; it is pending until it is completed in the background."""
    body = parse_body(EvaluationRequestBody, await call.body(), _INVALID)
    inquiry = await _check(
        call, body, new_guid(call.service.ids), optimize=bool(body.enable_offline_experimentation)
    )
    empty = not count_events(call, inquiry.start, inquiry.end)
    if empty and call.version is not Version.V1_0:
        raise ApiError("NoLogsExistInDateRange")
    entry = await save_job(call, inquiry, Status.COMPLETED if empty else Status.RUNNING)
    location = f"{call.prefix}{call.version.prefix}/evaluations/{inquiry.id}"
    reply = evaluation_response(entry, call.version)
    return json_reply(HTTPStatus.CREATED, reply, {"Location": location})


async def put(call: OperationRequest) -> Response:
    """Begin an evaluation of that id; it is running until it has succeeded in the background."""
    body = parse_body(EvaluationRequestBodyV2022, await call.body(), _INVALID)
    id_ = parse_id(call, "evaluationId", _INVALID)
    _refuse_known(call, id_)
    inquiry = await _check(call, body, id_, optimize=bool(body.enable_policy_optimization))
    if not count_events(call, inquiry.start, inquiry.end):
        raise ApiError("NoLogsExistInDateRange")
    _refuse_known(call, id_)
    await save_job(call, inquiry)
    return Response(status_code=HTTPStatus.OK)


async def get(call: OperationRequest) -> Response:
    """Return an evaluation with what is found by now."""
    entry = _find(call)
    reply = await asyncio.to_thread(evaluation_response, entry, call.version)
    return json_reply(HTTPStatus.OK, reply)


async def get_newest(call: OperationRequest) -> Response:
    """Return an evaluation with the series of the time and the steps that are asked for."""
    span = asked_span(call)
    entry = _find(call)
    if not entry.inquiry.newest and not entry.inquiry.automatic:
        raise ApiError("IncompatibleEvaluationVersion")
    return json_reply(HTTPStatus.OK, await asyncio.to_thread(newest_response, entry, span))


async def list_all(call: OperationRequest) -> Response:
    """Return all evaluations, the latest first, with totals only."""
    entries = call.service.jobs.all(loop_number(call), JobKind.EVALUATION)
    reply = await asyncio.to_thread(_list_to_json, entries, call.version)
    return json_reply(HTTPStatus.OK, reply)


async def list_newest(call: OperationRequest) -> Response:
    """Return a page of evaluations, the latest first."""
    entries = call.service.jobs.all(loop_number(call), JobKind.EVALUATION)
    chosen = filter_items(call, entries, newest_details)
    return json_reply(HTTPStatus.OK, page(call, chosen, newest_details))


async def delete(call: OperationRequest) -> Response:
    """Forget an evaluation; one that is running ends. The newest version misses what is not."""
    if call.version in NEWEST:
        _find(call)
    await remove(call, JobKind.EVALUATION, call.id("evaluationId"))
    return empty_reply()


def _list_to_json(entries: Sequence[Job], version: Version) -> list[dict[str, object]]:
    return [listed_response(entry, version) for entry in entries]


def _find(call: OperationRequest) -> Job:
    entry = find(call, JobKind.EVALUATION, call.id("evaluationId"))
    if entry is None:
        raise ApiError("EvaluationNotFound", target="evaluationId")
    return entry


def _refuse_known(call: OperationRequest, id_: str) -> None:
    call.service.flush()
    if find(call, JobKind.EVALUATION, id_) is not None:
        raise ApiError("EvaluationAlreadyExists", target="evaluationId")


async def _check(
    call: OperationRequest,
    body: EvaluationRequestBody | EvaluationRequestBodyV2022,
    id_: str,
    *,
    optimize: bool,
) -> EvaluationRequest:
    """Return what is asked once all of it has proved to make sense."""
    times = parse_range(body.start_time, body.end_time)
    _check_names(body.policies)
    for policy in body.policies:
        await _prove(policy)
    return replace(
        new_request(call, JobKind.EVALUATION, id_, body.name, times),
        policies=tuple([NamedPolicy(one.name, one.arguments) for one in body.policies]),
        optimize=optimize,
        newest=call.version in NEWEST,
    )


def _check_names(policies: Sequence[PolicyBody]) -> None:
    if len(policies) > MAX_POLICIES:
        raise ApiError("MaximumEvaluationCustomPoliciesExceeded", target="policies")
    names = [policy.name for policy in policies]
    if len(set(names)) < len(names) or {name.lower() for name in names} & _TAKEN:
        raise ApiError("DuplicateCustomPolicyNames", target="policies")


async def _prove(policy: PolicyBody) -> None:
    """Accept a policy that is safe and works."""
    try:
        await validate_policy_aside(policy.arguments, presets=False)
    except LearningPolicyInvalid as error:
        raise ApiError(_INVALID, f"{policy.name}: {error}", target="policies") from error


_TAKEN = {"online", "baseline1", "baselinerand", "hyper1", "hyper2", "hyper3"}
"""What policies are called, in lower case, that are judged beside the custom ones."""

_PATH, _ONE = "/evaluations", "/evaluations/{evaluationId:path}"

OPERATIONS = (
    Operation(
        "Evaluations_List",
        "GET",
        _PATH,
        _OLDER,
        list_all,
        HTTPStatus.OK,
    ),
    Operation(
        "Evaluations_List",
        "GET",
        _PATH,
        NEWEST,
        list_newest,
        HTTPStatus.OK,
        reply=EvaluationsBodyV2022,
        query=(FILTER, *PAGING),
    ),
    Operation(
        "Evaluations_Create",
        "POST",
        _PATH,
        _OLDER,
        create,
        HTTPStatus.CREATED,
        EvaluationRequestBody,
        EvaluationBody,
    ),
    Operation(
        "Evaluations_Create",
        "PUT",
        _ONE,
        NEWEST,
        put,
        HTTPStatus.OK,
        EvaluationRequestBodyV2022,
    ),
    Operation("Evaluations_Get", "GET", _ONE, _OLDER, get, HTTPStatus.OK, reply=EvaluationBody),
    Operation(
        "Evaluations_Get",
        "GET",
        _ONE,
        NEWEST,
        get_newest,
        HTTPStatus.OK,
        reply=EvaluationBodyV2022,
        query=SPAN,
    ),
    Operation("Evaluations_Delete", "DELETE", _ONE, ALL, delete, HTTPStatus.NO_CONTENT),
)
