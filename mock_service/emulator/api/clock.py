"""Time, for those who test what time does: look at the clock, and move it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.clock import ManualClock
from mock_service.emulator.api.deps import as_bad_request, get_emulator
from mock_service.emulator.api.server_route import ServerRoute
from mock_service.errors import ApiError
from mock_service.hosting.service import Service
from mock_service.rest.durations import LaxDuration
from mock_service.rest.openapi import ERRORS, describe_body
from mock_service.rest.requests import parse_body, read_body
from mock_service.rest.responses import json_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.service import get_service
from mock_service.timestamps import format_timestamp

router = APIRouter(prefix="/mock", tags=["Clock (mock)"], route_class=ServerRoute)
reading = APIRouter(prefix="/mock", tags=["Clock (mock)"], route_class=DirectRoute)
"""What time it is for all loops is no secret of any."""

MAX_STEP = timedelta(days=3650)


class AdvanceBody(BaseModel):
    """How far to move the clock, as an ISO 8601 duration."""

    model_config = ConfigDict(extra="forbid")

    advance: Annotated[LaxDuration, Field(ge=timedelta(), le=MAX_STEP)]


@reading.get("/clock", operation_id="Mock_GetClock", responses=ERRORS)
async def look(request: Request) -> Response:
    """Say what time it is for the service."""
    return json_reply(HTTPStatus.OK, _face(get_service(request)))


@router.post(
    "/clock",
    operation_id="Mock_AdvanceClock",
    responses=ERRORS,
    openapi_extra=describe_body(AdvanceBody),
)
async def advance(request: Request) -> Response:
    """Move a manual clock forward; everything that became due has happened when this answers."""
    service = get_service(request)
    body = parse_body(
        AdvanceBody, await read_body(request, service.limits.body_bytes), "BadRequest"
    )
    if not isinstance(service.clock, ManualClock):
        raise ApiError(
            "ClockNotManual", "The clock is the machine's: start the server with --clock manual."
        )
    with as_bad_request():
        await get_emulator(request).advance(body.advance)
    await service.wait_committed()
    return json_reply(HTTPStatus.OK, _face(service))


def _face(service: Service) -> dict[str, object]:
    kind = "manual" if isinstance(service.clock, ManualClock) else "system"
    return {"now": format_timestamp(service.clock.now()), "clock": kind}
