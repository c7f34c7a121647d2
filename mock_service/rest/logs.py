"""The log of a loop's events: its range, its deletion, and batches from local inference."""

from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ApiError
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.responses import empty_reply, json_reply
from mock_service.rest.schemas import LogsPropertiesBody
from mock_service.rest.versions import ALL, SINCE_PREVIEW_2
from mock_service.timestamps import format_timestamp

LARGEST_BATCH = 16 << 20
"""In bytes."""


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


async def batch(call: OperationRequest) -> Response:
    """Take a batch that a client with local inference has logged; nothing is learned from it."""
    content = await call.body(LARGEST_BATCH)
    if not content or content.lstrip()[:1] in _JSON:
        raise ApiError("InvalidRequest", "The body should be a batch in binary form.")
    return empty_reply()


_JSON = frozenset({b"", b"{", b"["})

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
    *[
        Operation(
            name,
            "POST",
            path,
            SINCE_PREVIEW_2,
            batch,
            HTTPStatus.NO_CONTENT,
            body=bytes,
        )
        for name, path in (
            ("Log_Interactions", "/logs/interactions"),
            ("Log_Observations", "/logs/observations"),
        )
    ],
)
