"""Rank: which action should this user see?"""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_service.loop.decision import Decision
from mock_service.loop.identity import new_event_id
from mock_service.rest.bodies import parsed, read_body
from mock_service.rest.documentation import ERRORS, body_of
from mock_service.rest.replies import json_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.service import loop_of, service_of
from mock_service.rest.validation import rank_request
from mock_service.rest.wire import RankRequestBody, RankResponseBody

router = APIRouter(prefix="/personalizer/v1.0", tags=["Rank"], route_class=DirectRoute)

_BILLING = "CognitiveServices.Personalizer.Transaction=1"


@router.post(
    "/rank",
    operation_id="Rank",
    status_code=HTTPStatus.CREATED,
    response_model=RankResponseBody,
    responses=ERRORS,
    openapi_extra=body_of(RankRequestBody),
)
async def rank(request: Request) -> Response:
    """Rank the actions for the context, and say which one to show."""
    service = service_of(request)
    body = parsed(
        RankRequestBody, await read_body(request, service.max_body_bytes), "InvalidRankRequest"
    )
    decision = loop_of(request).rank(rank_request(body, lambda: new_event_id(service.ids)))
    await service.committed()
    reply = json_reply(HTTPStatus.CREATED, rank_response(decision))
    reply.headers["csp-billing-usage"] = _BILLING
    return reply


def rank_response(decision: Decision) -> dict[str, object]:
    """Return a decision as the wire says it, fields in the service's order."""
    return {
        "ranking": [{"id": id_, "probability": chance} for id_, chance in decision.ranking],
        "eventId": decision.event_id,
        "rewardActionId": decision.chosen.id,
    }
