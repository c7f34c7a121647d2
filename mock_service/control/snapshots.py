"""A whole loop as one file, and back."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_service.rest.bodies import read_body
from mock_service.rest.documentation import ERRORS
from mock_service.rest.replies import empty_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.service import (
    hosted_of,
    is_for_server,
    loop_name_of,
    loop_of,
    service_of,
)

router = APIRouter(prefix="/mock", tags=["Snapshots (mock)"], route_class=DirectRoute)

MAX_SNAPSHOT_BYTES = 2**28
BINARY = "application/octet-stream"

_SENT = {"description": "The loop as a file.", "content": {BINARY: {}}}
_BODY = {"requestBody": {"required": True, "content": {BINARY: {}}}}


@router.post("/snapshot", operation_id="Mock_Snapshot", responses={**ERRORS, 200: _SENT})
async def snapshot(request: Request) -> Response:
    """Return everything there is to a loop but its keys: settings, model, events and log."""
    loop_of(request).settle()
    content = await service_of(request).snapshot_aside(lambda: hosted_of(request))
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
    loop_of(request)
    content = await read_body(request, MAX_SNAPSHOT_BYTES)
    await service_of(request).restore(
        loop_name_of(request), content, may_move_clock=is_for_server(request)
    )
    return empty_reply()
