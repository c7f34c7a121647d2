"""The log of a loop's events: its range, its deletion, and batches from local inference."""

from http import HTTPStatus

from starlette.responses import Response

from mock_service.rest.moments import moment
from mock_service.rest.operations import Call, Operation
from mock_service.rest.replies import empty_reply, json_reply
from mock_service.rest.versions import ALL
from mock_service.rest.wire import LogsPropertiesBody


async def properties(call: Call) -> Response:
    """Say which time the logged events are from; nothing when there are none."""
    call.loop.settle()
    await call.service.committed()
    found = call.service.log_range(call.loop_name)
    if found is None:
        return json_reply(HTTPStatus.OK, {})
    first, last = found
    return json_reply(HTTPStatus.OK, {"dateRange": {"from": moment(first), "to": moment(last)}})


async def delete(call: Call) -> Response:
    """Forget all logged events; what waits for its rewards goes on waiting."""
    call.loop.settle()
    call.service.delete_logs(call.loop_name)
    await call.service.committed()
    return empty_reply()


OPERATIONS = (
    Operation("Log_Delete", "DELETE", "/logs", ALL, delete, HTTPStatus.NO_CONTENT),
    Operation(
        "Log_GetProperties",
        "GET",
        "/logs/properties",
        ALL,
        properties,
        HTTPStatus.OK,
        reply=LogsPropertiesBody,
    ),
)
