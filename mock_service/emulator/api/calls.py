"""The journal over HTTP: what was called, what was answered, and when."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.emulator.api.deps import ControlBody, get_concerned_loop, get_emulator
from mock_service.emulator.api.list_reply import list_reply
from mock_service.emulator.api.queries import openapi_parameters, parse_query
from mock_service.emulator.journal import RecordedCall
from mock_service.rest.openapi import ERRORS
from mock_service.rest.responses import empty_reply
from mock_service.rest.routing import DirectRoute
from mock_service.timestamps import format_timestamp

router = APIRouter(prefix="/mock", tags=["Calls (mock)"], route_class=DirectRoute)


class CallQuery(ControlBody):
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
    openapi_extra=openapi_parameters(CallQuery),
)
async def calls(request: Request) -> Response:
    """List the calls the application made, oldest first; with a loop's key, those to that loop."""
    wanted = parse_query(CallQuery, request)
    found = (
        get_emulator(request)
        .interception.journal.calls(get_concerned_loop(request))
        .where(wanted.operation, status=wanted.status, method=wanted.method, path=wanted.path)
    )
    return await list_reply("calls", found[-wanted.last :], _call_to_json)


@router.delete("/calls", operation_id="Mock_ForgetCalls", status_code=204, responses=ERRORS)
async def forget(request: Request) -> Response:
    """Forget the calls so far; with a loop's key, those to that loop."""
    get_emulator(request).interception.journal.clear(get_concerned_loop(request))
    return empty_reply()


def _call_to_json(call: RecordedCall) -> dict[str, object]:
    return {
        "number": call.number,
        "at": format_timestamp(call.at),
        "operation": call.operation,
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "body": call.body.decode(errors="replace"),
        "status": call.status,
        "seconds": call.seconds,
    }
