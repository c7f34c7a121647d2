"""Throttling over HTTP: a tier's rate, or one of one's own."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.emulator.api.deps import FEW_BYTES, ControlBody, as_bad_request, get_emulator
from mock_service.emulator.api.server_route import ServerRoute
from mock_service.emulator.throttling import Rate, Throttle, parse_rate
from mock_service.rest.openapi import ERRORS, describe_body
from mock_service.rest.requests import parse_body, read_body
from mock_service.rest.responses import empty_reply, json_reply

router = APIRouter(prefix="/mock", tags=["Throttling (mock)"], route_class=ServerRoute)


class ThrottleBody(ControlBody):
    """A profile by name, or a number of calls in a number of seconds."""

    profile: str | None = None
    calls: Annotated[int | None, Field(ge=1)] = None
    seconds: Annotated[float | None, Field(gt=0, le=86_400)] = None

    def rate(self) -> Rate:
        """Return the rate.

        Raises:
            ControlRequestInvalid: it names no profile, or says half of a rate, or both.
        """
        period = None if self.seconds is None else timedelta(seconds=self.seconds)
        return parse_rate(self.profile, self.calls, period)


@router.get("/throttling", operation_id="Mock_GetThrottling", responses=ERRORS)
async def look(request: Request) -> Response:
    """Say which rate holds and how many calls it refused."""
    return _throttle_to_json(get_emulator(request).interception.throttle)


@router.put(
    "/throttling",
    operation_id="Mock_SetThrottling",
    responses=ERRORS,
    openapi_extra=describe_body(ThrottleBody),
)
async def limit(request: Request) -> Response:
    """Refuse calls beyond a rate with 429 and Retry-After."""
    throttle = get_emulator(request).interception.throttle
    body = parse_body(ThrottleBody, await read_body(request, FEW_BYTES), "BadRequest")
    with as_bad_request():
        throttle.limit_to(body.rate())
    return _throttle_to_json(throttle)


@router.delete("/throttling", operation_id="Mock_EndThrottling", status_code=204, responses=ERRORS)
async def end(request: Request) -> Response:
    """Let every call pass again."""
    get_emulator(request).interception.throttle.limit_to(None)
    return empty_reply()


def _throttle_to_json(throttle: Throttle) -> Response:
    rate = throttle.rate
    said = {
        "calls": None if rate is None else rate.calls,
        "seconds": None if rate is None else rate.period.total_seconds(),
        "tier": None if rate is None else rate.tier,
        "refused": throttle.refused,
    }
    return json_reply(HTTPStatus.OK, said)
