"""The journal over HTTP: what was called, what was answered, and when."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.control.queries import parameters_of, query_of
from mock_service.control.reach import ControlBody, bench_of, concerned
from mock_service.control.slices import list_reply
from mock_service.rest.documentation import ERRORS
from mock_service.rest.moments import moment
from mock_service.rest.replies import empty_reply
from mock_service.rest.routing import DirectRoute
from mock_service.traffic.journal import Call

router = APIRouter(prefix="/mock", tags=["Calls (mock)"], route_class=DirectRoute)


class Wanted(ControlBody):
    """Which calls; what is left out does not matter."""

    operation: str | None = None
    status: int | None = None
    method: str | None = None
    path: str | None = None
    last: Annotated[int, Field(ge=1)] = 1_000


@router.get(
    "/calls",
    operation_id="Mock_ListCalls",
    responses=ERRORS,
    openapi_extra=parameters_of(Wanted),
)
async def calls(request: Request) -> Response:
    """List the calls the application made, oldest first; with a loop's key, those to that loop."""
    wanted = query_of(Wanted, request)
    found = (
        bench_of(request)
        .traffic.journal.calls(concerned(request))
        .where(wanted.operation, status=wanted.status, method=wanted.method, path=wanted.path)
    )
    return await list_reply("calls", found[-wanted.last :], _said)


@router.delete("/calls", operation_id="Mock_ForgetCalls", status_code=204, responses=ERRORS)
async def forget(request: Request) -> Response:
    """Forget the calls so far; with a loop's key, those to that loop."""
    bench_of(request).traffic.journal.clear(concerned(request))
    return empty_reply()


def _said(call: Call) -> dict[str, object]:
    return {
        "number": call.number,
        "at": moment(call.at),
        "operation": call.operation,
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "body": call.body.decode(errors="replace"),
        "status": call.status,
        "seconds": call.seconds,
    }
