"""Throttling over HTTP: a tier's rate, or one of one's own."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.control.reach import FEW_BYTES, ControlBody, bench_of, refusing
from mock_service.control.server import ServerRoute
from mock_service.rest.bodies import parsed, read_body
from mock_service.rest.documentation import ERRORS, body_of
from mock_service.rest.replies import empty_reply, json_reply
from mock_service.traffic.throttling import Rate, Throttle, rate_of

router = APIRouter(prefix="/mock", tags=["Throttling (mock)"], route_class=ServerRoute)


class Limit(ControlBody):
    """A profile by name, or so many calls in so many seconds."""

    profile: str | None = None
    calls: Annotated[int | None, Field(ge=1)] = None
    seconds: Annotated[float | None, Field(gt=0, le=86_400)] = None

    def rate(self) -> Rate:
        """Return the rate.

        Raises:
            OrderInvalid: it names no profile, or says half of a rate, or both.
        """
        period = None if self.seconds is None else timedelta(seconds=self.seconds)
        return rate_of(self.profile, self.calls, period)


@router.get("/throttling", operation_id="Mock_GetThrottling", responses=ERRORS)
async def look(request: Request) -> Response:
    """Say which rate holds and how many calls it refused."""
    return _said(bench_of(request).traffic.throttle)


@router.put(
    "/throttling",
    operation_id="Mock_SetThrottling",
    responses=ERRORS,
    openapi_extra=body_of(Limit),
)
async def limit(request: Request) -> Response:
    """Refuse calls beyond a rate with 429 and Retry-After."""
    throttle = bench_of(request).traffic.throttle
    body = parsed(Limit, await read_body(request, FEW_BYTES), "BadRequest")
    with refusing():
        throttle.limit_to(body.rate())
    return _said(throttle)


@router.delete("/throttling", operation_id="Mock_EndThrottling", status_code=204, responses=ERRORS)
async def end(request: Request) -> Response:
    """Let every call pass again."""
    bench_of(request).traffic.throttle.limit_to(None)
    return empty_reply()


def _said(throttle: Throttle) -> Response:
    rate = throttle.rate
    said = {
        "calls": None if rate is None else rate.calls,
        "seconds": None if rate is None else rate.period.total_seconds(),
        "tier": None if rate is None else rate.tier,
        "refused": throttle.refused,
    }
    return json_reply(HTTPStatus.OK, said)
