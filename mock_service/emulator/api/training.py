"""Training examples that are no events, so that a test starts from what it needs to be known."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.emulator.api.deps import (
    MAX_BYTES,
    ControlBody,
    as_bad_request,
    get_concerned_loop,
    get_emulator,
)
from mock_service.rest.openapi import ERRORS, describe_body
from mock_service.rest.requests import parse_body, read_body
from mock_service.rest.responses import empty_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.schemas import RankableAction

router = APIRouter(prefix="/mock", tags=["Teaching (mock)"], route_class=DirectRoute)


class TrainingExample(ControlBody):
    """That an action earned a reward in a context; features as in a rank request."""

    context_features: Annotated[list[dict[str, Any]], Field(fail_fast=True, default_factory=list)]
    action: RankableAction | str
    """An action with its features, or the id of one that a rank has offered."""
    reward: Annotated[float, Field(ge=-1, le=1)]
    times: Annotated[int, Field(ge=1, le=10_000)] = 1


@router.post(
    "/lessons",
    operation_id="Mock_Teach",
    status_code=204,
    responses=ERRORS,
    openapi_extra=describe_body(TrainingExample),
)
async def teach(request: Request) -> Response:
    """Let the loop learn a lesson, and show it at once in either mode."""
    emulator = get_emulator(request)
    example = parse_body(TrainingExample, await read_body(request, MAX_BYTES), "BadRequest")
    with as_bad_request():
        emulator.teach(
            example.context_features,
            example.action,
            example.reward,
            example.times,
            loop=get_concerned_loop(request),
        )
    return empty_reply()
