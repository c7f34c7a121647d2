"""Multi-slot rank, reward and activate: several places on a page."""

from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ApiError
from mock_service.loop.configuration import ProblemType
from mock_service.loop.ids import new_event_id
from mock_service.loop.slots import SlotsRequest, slot_event_id
from mock_service.rest.events import parse_event_id
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.rank import BILLING
from mock_service.rest.requests import parse_body
from mock_service.rest.responses import empty_reply, json_reply
from mock_service.rest.schemas import (
    SlotsRankRequestBody,
    SlotsRankResponseBody,
    SlotsRewardRequestBody,
)
from mock_service.rest.slot_validation import slots_request
from mock_service.rest.versions import PREVIEWS


async def rank(call: OperationRequest) -> Response:
    """Fill every slot with an action of its own, none of them excluded there."""
    body = parse_body(SlotsRankRequestBody, await call.body(), "InvalidRankRequest")
    _check_kind(call)
    service, loop = call.service, call.loop
    request = slots_request(body, lambda: new_event_id(service.ids))
    _check_page(request, service.limits.page_bytes)
    answer = loop.rank_slots(request)
    await service.wait_committed()
    slots = [{"id": slot, "rewardActionId": action} for slot, action in answer]
    return json_reply(HTTPStatus.CREATED, {"slots": slots, "eventId": request.event_id}, BILLING)


async def reward(call: OperationRequest) -> Response:
    """Report how well the actions of some slots did; slots left out get the default reward."""
    raw = await call.body()
    event_id = parse_event_id(call, "InvalidRewardRequest")
    body = parse_body(SlotsRewardRequestBody, raw, "InvalidRewardRequest")
    _check_kind(call)
    most = call.service.limits.slot_rewards
    if len(body.reward) > most:
        raise ApiError(
            "InvalidRewardRequest",
            f"A reward request should hold at most {most} rewards (slot-rewards).",
            target="reward",
        )
    call.loop.reward_slots(
        [(slot_event_id(event_id, line.slot_id), line.value) for line in body.reward]
    )
    await call.service.wait_committed()
    return empty_reply()


async def activate(call: OperationRequest) -> Response:
    """Report that a deferred event was shown to the user: all of its slots."""
    event_id = parse_event_id(call, "InvalidEventIdToActivate")
    _check_kind(call)
    call.loop.activate_slots(event_id)
    await call.service.wait_committed()
    return empty_reply()


def _check_page(request: SlotsRequest, most: int) -> None:
    """Refuse a page that is too much: each slot is kept with the context and its actions."""
    each = len(request.context) + sum([len(action.features) for action in request.actions])
    size = sum([each + len(slot.features) for slot in request.slots])
    if size > most:
        raise ApiError(
            "InvalidRankRequest",
            f"The features of context and actions, once for each slot, are {size} bytes: "
            f"at most {most} are taken (page-bytes).",
        )


def _check_kind(call: OperationRequest) -> None:
    if call.loop.problem_type is not ProblemType.MULTI_SLOT:
        raise ApiError("InvalidMultiSlotApiAccess")


OPERATIONS = (
    Operation(
        "MultiSlot_Rank",
        "POST",
        "/multislot/rank",
        PREVIEWS,
        rank,
        HTTPStatus.CREATED,
        SlotsRankRequestBody,
        SlotsRankResponseBody,
    ),
    Operation(
        "MultiSlotEvents_Reward",
        "POST",
        "/multislot/events/{eventId:path}/reward",
        PREVIEWS,
        reward,
        HTTPStatus.NO_CONTENT,
        SlotsRewardRequestBody,
    ),
    Operation(
        "MultiSlotEvents_Activate",
        "POST",
        "/multislot/events/{eventId:path}/activate",
        PREVIEWS,
        activate,
        HTTPStatus.NO_CONTENT,
    ),
)
