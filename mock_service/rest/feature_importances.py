"""Feature importances: ask which features matter for the choices a loop could make."""

import asyncio
from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ApiError
from mock_service.evaluation.job import JobKind
from mock_service.hosting.evaluation_jobs import Job
from mock_service.rest.evaluation_common import (
    count_events,
    find,
    job_fields,
    loop_number,
    new_request,
    parse_id,
    parse_range,
    remove,
    save_job,
)
from mock_service.rest.evaluation_schemas import (
    FeatureImportanceBody,
    FeatureImportanceRequestBody,
    FeatureImportancesBody,
)
from mock_service.rest.evaluation_series import Json, feature_scores
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.pagination import PAGING, page
from mock_service.rest.requests import parse_body
from mock_service.rest.responses import empty_reply, json_reply
from mock_service.rest.versions import NEWEST, Version

_INVALID = "InvalidContract"
_ID = "featureImportanceId"


async def put(call: OperationRequest) -> Response:
    """Begin to find out which features matter; that happens in the background."""
    body = parse_body(FeatureImportanceRequestBody, await call.body(), _INVALID)
    id_ = parse_id(call, _ID, _INVALID)
    times = parse_range(body.start_time, body.end_time)
    if not count_events(call, *times):
        raise ApiError("NoLogsExistInDateRange")
    if find(call, JobKind.IMPORTANCE, id_) is not None:
        raise ApiError("FeatureImportanceAlreadyExists", target=_ID)
    await save_job(call, new_request(call, JobKind.IMPORTANCE, id_, body.name, times))
    return Response(status_code=HTTPStatus.OK)


async def get(call: OperationRequest) -> Response:
    """Return which features matter, as far as that is known by now."""
    return json_reply(HTTPStatus.OK, await asyncio.to_thread(_response, _find(call)))


async def list_all(call: OperationRequest) -> Response:
    """Return a page of feature importances, the latest first."""
    entries = call.service.jobs.all(loop_number(call), JobKind.IMPORTANCE)
    return json_reply(HTTPStatus.OK, page(call, entries, _details))


async def delete(call: OperationRequest) -> Response:
    """Forget a feature importance; one that is running ends."""
    _find(call)
    await remove(call, JobKind.IMPORTANCE, call.id(_ID))
    return empty_reply()


def _find(call: OperationRequest) -> Job:
    entry = find(call, JobKind.IMPORTANCE, call.id(_ID))
    if entry is None:
        raise ApiError("FeatureImportanceNotFound", target=_ID)
    return entry


def _details(entry: Job) -> Json:
    return job_fields(entry, Version.V2022_09_01_PREVIEW)


def _response(entry: Job) -> Json:
    findings = entry.findings
    shown = _details(entry) | {"featureScores": feature_scores(findings.importance)}
    if findings.description:
        shown["description"] = findings.description
    return shown


_PATH = "/featureImportances"
_ONE = f"{_PATH}/{{{_ID}:path}}"

OPERATIONS = (
    Operation(
        "FeatureImportances_List",
        "GET",
        _PATH,
        NEWEST,
        list_all,
        HTTPStatus.OK,
        reply=FeatureImportancesBody,
        query=PAGING,
    ),
    Operation(
        "FeatureImportances_Create",
        "PUT",
        _ONE,
        NEWEST,
        put,
        HTTPStatus.OK,
        FeatureImportanceRequestBody,
    ),
    Operation(
        "FeatureImportances_Get",
        "GET",
        _ONE,
        NEWEST,
        get,
        HTTPStatus.OK,
        reply=FeatureImportanceBody,
    ),
    Operation("FeatureImportances_Delete", "DELETE", _ONE, NEWEST, delete, HTTPStatus.NO_CONTENT),
)
