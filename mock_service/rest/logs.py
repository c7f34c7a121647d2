"""The log of a loop's events: its range, and its deletion."""

from http import HTTPStatus

from starlette.responses import Response

from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.responses import empty_reply, json_reply
from mock_service.rest.schemas import LogsPropertiesBody
from mock_service.rest.versions import ALL
from mock_service.timestamps import format_timestamp


async def properties(call: OperationRequest) -> Response:
    """Say which time the logged events are from; nothing when there are none."""
    call.loop.settle()
    await call.service.wait_committed()
    found = call.service.log_range(call.hosted.name)
    if found is None:
        return json_reply(HTTPStatus.OK, {})
    first, last = found
    return json_reply(
        HTTPStatus.OK,
        {"dateRange": {"from": format_timestamp(first), "to": format_timestamp(last)}},
    )


async def delete(call: OperationRequest) -> Response:
    """Forget all logged events; what waits for its rewards goes on waiting."""
    call.loop.settle()
    call.service.housekeeping.delete_log(call.hosted.name)
    await call.service.wait_committed()
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
