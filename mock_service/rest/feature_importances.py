"""Feature importances: ask which features matter for the choices a loop could make."""

import asyncio
from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ServiceProblem
from mock_service.evaluation.inquiry import Kind
from mock_service.inquiring.book import Entry
from mock_service.rest.bodies import parsed
from mock_service.rest.evaluation_shapes import Json, feature_scores
from mock_service.rest.inquiries import (
    count_events,
    details,
    find,
    id_of,
    inquiry_of,
    keep,
    number_of,
    remove,
    times_of,
)
from mock_service.rest.inquiry_wire import (
    FeatureImportanceBody,
    FeatureImportanceRequestBody,
    FeatureImportancesBody,
)
from mock_service.rest.operations import Call, Operation
from mock_service.rest.pages import PAGING, page
from mock_service.rest.replies import empty_reply, json_reply
from mock_service.rest.versions import NEWEST, Version

_INVALID = "InvalidContract"
_ID = "featureImportanceId"


async def put(call: Call) -> Response:
    """Begin to find out which features matter; that happens in the background."""
    body = parsed(FeatureImportanceRequestBody, await call.body(), _INVALID)
    id_ = id_of(call, _ID, _INVALID)
    times = times_of(body.start_time, body.end_time)
    if not count_events(call, *times):
        raise ServiceProblem("NoLogsExistInDateRange")
    if find(call, Kind.IMPORTANCE, id_) is not None:
        raise ServiceProblem("FeatureImportanceAlreadyExists", target=_ID)
    await keep(call, inquiry_of(call, Kind.IMPORTANCE, id_, body.name, times))
    return Response(status_code=HTTPStatus.OK)


async def get(call: Call) -> Response:
    """Return which features matter, as far as that is known by now."""
    return json_reply(HTTPStatus.OK, await asyncio.to_thread(_response, _found(call)))


async def list_all(call: Call) -> Response:
    """Return a page of feature importances, the latest first."""
    entries = call.service.book.all(number_of(call), Kind.IMPORTANCE)
    return json_reply(HTTPStatus.OK, page(call, entries, _details))


async def delete(call: Call) -> Response:
    """Forget a feature importance; one that is running ends."""
    _found(call)
    await remove(call, Kind.IMPORTANCE, call.id(_ID))
    return empty_reply()


def _found(call: Call) -> Entry:
    entry = find(call, Kind.IMPORTANCE, call.id(_ID))
    if entry is None:
        raise ServiceProblem("FeatureImportanceNotFound", target=_ID)
    return entry


def _details(entry: Entry) -> Json:
    return details(entry, Version.V2022_09_01_PREVIEW)


def _response(entry: Entry) -> Json:
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
