"""Faults over HTTP: order them, count how often they were met, take them back."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.emulator.api.deps import FEW_BYTES, ControlBody, as_bad_request, get_emulator
from mock_service.emulator.api.server_route import ServerRoute
from mock_service.emulator.faults import ActiveFault, Drop, Fault
from mock_service.emulator.latency import parse_latency
from mock_service.errors import ApiError
from mock_service.rest.durations import LaxDuration
from mock_service.rest.openapi import ERRORS, describe_body
from mock_service.rest.requests import parse_body, read_body
from mock_service.rest.responses import empty_reply, json_reply

router = APIRouter(prefix="/mock", tags=["Faults (mock)"], route_class=ServerRoute)


class FaultBody(ControlBody):
    """What should happen to which calls; see the manual of faults for what goes together."""

    operation: str
    status: int | None = None
    code: str = ""
    message: str = ""
    retry_after: int | None = None
    latency: float | dict[str, Any] | None = None
    drop: Drop | None = None
    truncate: int | None = None
    late: LaxDuration | None = None
    duplicate: int | None = None
    times: Annotated[int | None, Field(description="null: until it is taken back")] = 1
    probability: float = 1.0
    seed: int = 0

    def fault(self) -> Fault:
        """Return the fault.

        Raises:
            ControlRequestInvalid: it cannot be carried out.
        """
        given = {name: getattr(self, name) for name in type(self).model_fields}
        if self.latency is not None:
            given["latency"] = parse_latency(self.latency)
        return Fault(**given)


@router.get("/faults", operation_id="Mock_ListFaults", responses=ERRORS)
async def faults(request: Request) -> Response:
    """List every fault ordered, and how often each was met."""
    ordered = get_emulator(request).interception.faults.all()
    return json_reply(HTTPStatus.OK, {"faults": [_fault_to_json(fault) for fault in ordered]})


@router.post(
    "/faults",
    operation_id="Mock_OrderFault",
    status_code=HTTPStatus.CREATED,
    responses=ERRORS,
    openapi_extra=describe_body(FaultBody),
)
async def order(request: Request) -> Response:
    """Let the next fitting calls meet a fault."""
    body = parse_body(FaultBody, await read_body(request, FEW_BYTES), "BadRequest")
    with as_bad_request():
        ordered = get_emulator(request).interception.faults.add(body.fault())
    return json_reply(HTTPStatus.CREATED, _fault_to_json(ordered))


@router.delete("/faults", operation_id="Mock_ForgetFaults", status_code=204, responses=ERRORS)
async def forget(request: Request) -> Response:
    """Forget every fault."""
    get_emulator(request).interception.faults.clear()
    return empty_reply()


@router.delete(
    "/faults/{number}", operation_id="Mock_TakeBackFault", status_code=204, responses=ERRORS
)
async def take_back(request: Request, number: str) -> Response:
    """Let no further call meet that fault; its count stays."""
    known = {
        str(ordered.number): ordered for ordered in get_emulator(request).interception.faults.all()
    }
    if number not in known:
        raise ApiError("ResourceNotFound", f"No fault {number} was ordered.")
    get_emulator(request).interception.faults.remove(known[number].number)
    return empty_reply()


def _fault_to_json(ordered: ActiveFault) -> dict[str, object]:
    fault = ordered.fault
    return {
        "number": ordered.number,
        "operation": fault.operation,
        "kind": fault.kind,
        "met": ordered.met,
        "times": fault.times,
        "spent": ordered.exhausted,
    }
