"""What became of an event: its reward, and whether its action was shown at all.

An event id may hold anything, even an encoded slash, so it is matched as a path.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from mock_service.errors import ServiceProblem
from mock_service.rest.bodies import parsed, read_body
from mock_service.rest.documentation import ERRORS, body_of
from mock_service.rest.replies import empty_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.service import loop_of, service_of
from mock_service.rest.wire import MAX_ID_LENGTH, RewardRequestBody

router = APIRouter(prefix="/personalizer/v1.0/events", tags=["Events"], route_class=DirectRoute)

EventId = Annotated[str, Path(description="The event id of the rank call.")]


@router.post(
    "/{event_id:path}/reward",
    operation_id="Events_Reward",
    status_code=HTTPStatus.NO_CONTENT,
    responses=ERRORS,
    openapi_extra=body_of(RewardRequestBody),
)
async def reward(request: Request, event_id: EventId) -> Response:
    """Report how well the event's action did; an unknown event is accepted too."""
    service = service_of(request)
    raw = await read_body(request, service.max_body_bytes)
    _check_id(event_id, "InvalidRewardRequest")
    body = parsed(RewardRequestBody, raw, "InvalidRewardRequest")
    loop_of(request).reward(event_id, body.value)
    await service.committed()
    return empty_reply()


@router.post(
    "/{event_id:path}/activate",
    operation_id="Events_Activate",
    status_code=HTTPStatus.NO_CONTENT,
    responses=ERRORS,
)
async def activate(request: Request, event_id: EventId) -> Response:
    """Report that a deferred event's action was shown to the user."""
    _check_id(event_id, "InvalidEventIdToActivate")
    loop_of(request).activate(event_id)
    await service_of(request).committed()
    return empty_reply()


def _check_id(event_id: str, code: str) -> None:
    if not 1 <= len(event_id) <= MAX_ID_LENGTH:
        raise ServiceProblem(
            code, f"The event id should have 1 to {MAX_ID_LENGTH} characters.", target="eventId"
        )
