"""A whole loop as one file, and back."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_service.rest.openapi import ERRORS
from mock_service.rest.requests import read_body
from mock_service.rest.responses import empty_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.service import (
    find_hosted,
    get_loop,
    get_loop_name,
    get_service,
    is_for_server,
)

router = APIRouter(prefix="/mock", tags=["Snapshots (mock)"], route_class=DirectRoute)

MAX_SNAPSHOT_BYTES = 2**28
BINARY = "application/octet-stream"

_SENT = {"description": "The loop as a file.", "content": {BINARY: {}}}
_BODY = {"requestBody": {"required": True, "content": {BINARY: {}}}}


@router.post("/snapshot", operation_id="Mock_Snapshot", responses={**ERRORS, 200: _SENT})
async def snapshot(request: Request) -> Response:
    """Return everything there is to a loop but its keys: settings, model, events and log."""
    get_loop(request).settle()
    content = await get_service(request).snapshots.take_aside(lambda: find_hosted(request))
    disposition = "attachment; filename=loop.snapshot"
    return Response(content, HTTPStatus.OK, {"Content-Disposition": disposition}, BINARY)


@router.post(
    "/restore",
    operation_id="Mock_Restore",
    status_code=HTTPStatus.NO_CONTENT,
    responses=ERRORS,
    openapi_extra=_BODY,
)
async def restore(request: Request) -> Response:
    """Make a loop what it was when a snapshot was taken; its keys stay.

    A manual clock goes back to that moment too, unless other loops go by it. It never goes on to a
    later moment with a loop's key.
    """
    get_loop(request)
    content = await read_body(request, MAX_SNAPSHOT_BYTES)
    await get_service(request).snapshots.restore(
        get_loop_name(request), content, may_move_clock=is_for_server(request)
    )
    return empty_reply()
