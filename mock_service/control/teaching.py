"""Lessons nobody lived through, so that a test starts from what it needs to be known."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.control.reach import MOST_BYTES, ControlBody, bench_of, concerned, refusing
from mock_service.rest.bodies import parsed, read_body
from mock_service.rest.documentation import ERRORS, body_of
from mock_service.rest.replies import empty_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.wire import RankableAction

router = APIRouter(prefix="/mock", tags=["Teaching (mock)"], route_class=DirectRoute)


class Lesson(ControlBody):
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
    openapi_extra=body_of(Lesson),
)
async def teach(request: Request) -> Response:
    """Let the loop learn a lesson, and show it at once in either mode."""
    bench = bench_of(request)
    lesson = parsed(Lesson, await read_body(request, MOST_BYTES), "BadRequest")
    with refusing():
        bench.teach(
            lesson.context_features,
            lesson.action,
            lesson.reward,
            lesson.times,
            loop=concerned(request),
        )
    return empty_reply()
