"""What became of an event: its reward, and whether its action was shown at all.

An event id may hold anything, even an encoded slash, so it is matched as a path.
"""

from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ApiError
from mock_service.rest.ids import is_printable
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.requests import parse_body
from mock_service.rest.responses import empty_reply
from mock_service.rest.schemas import MAX_ID_LENGTH, RewardRequestBody
from mock_service.rest.versions import ALL


async def reward(call: OperationRequest) -> Response:
    """Report how well the event's action did; an unknown event is accepted too."""
    raw = await call.body()
    event_id = parse_event_id(call, "InvalidRewardRequest")
    body = parse_body(RewardRequestBody, raw, "InvalidRewardRequest")
    call.loop.reward(event_id, body.value)
    await call.service.wait_committed()
    return empty_reply()


async def activate(call: OperationRequest) -> Response:
    """Report that a deferred event's action was shown to the user."""
    call.loop.activate(parse_event_id(call, "InvalidEventIdToActivate"))
    await call.service.wait_committed()
    return empty_reply()


def parse_event_id(call: OperationRequest, code: str) -> str:
    """Return the event id in the path.

    Raises:
        ApiError: `code`, when it is longer than an id may be or holds control characters.
    """
    event_id = call.id("eventId")
    if not 1 <= len(event_id) <= MAX_ID_LENGTH or not is_printable(event_id):
        raise ApiError(
            code,
            f"The event id should have 1 to {MAX_ID_LENGTH} characters, no control characters.",
            target="eventId",
        )
    return event_id


OPERATIONS = (
    Operation(
        "Events_Reward",
        "POST",
        "/events/{eventId:path}/reward",
        ALL,
        reward,
        HTTPStatus.NO_CONTENT,
        RewardRequestBody,
    ),
    Operation(
        "Events_Activate",
        "POST",
        "/events/{eventId:path}/activate",
        ALL,
        activate,
        HTTPStatus.NO_CONTENT,
    ),
)
