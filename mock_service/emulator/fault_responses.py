"""Replies of the gateway to calls that never reach the service."""

from http import HTTPStatus

from starlette.responses import Response

from mock_service.emulator.faults import Fault
from mock_service.emulator.throttling import Rate
from mock_service.rest.responses import json_reply

_API = "Personalizer API"


def too_many_requests(operation: str, seconds: int | None, tier: str = "F0") -> Response:
    """Return the gateway's 429, in its own words."""
    named = operation.replace("_", " ").title().replace(" ", "")
    wait = 1 if seconds is None else seconds
    message = (
        f"Requests to the {named} Operation under {_API} have exceeded rate limit of your current "
        f"Personalizer {tier} pricing tier. Please retry after {wait} second"
        f"{'' if wait == 1 else 's'}. To increase your rate limit switch to a paid tier."
    )
    return error_response(HTTPStatus.TOO_MANY_REQUESTS, "429", message, seconds)


def throttled_response(operation: str, seconds: int, rate: Rate) -> Response:
    """Return the answer to a call beyond `rate`."""
    return too_many_requests(operation, seconds, rate.tier)


def fault_response(operation: str, fault: Fault) -> Response:
    """Return the answer that an error status of `fault` stands for."""
    status = fault.status or HTTPStatus.INTERNAL_SERVER_ERROR
    if status == HTTPStatus.TOO_MANY_REQUESTS and not (fault.code or fault.message):
        return too_many_requests(operation, fault.retry_after)
    message = fault.message or _phrase(status)
    return error_response(status, fault.code or str(status), message, fault.retry_after)


def held_back_too_many() -> Response:
    """Return the answer to a call that would be handled late, when too many are already."""
    message = "Too many calls wait to be handled late: advance the clock, or DELETE /mock/faults."
    return error_response(HTTPStatus.BAD_REQUEST, "BadRequest", message, None)


def error_response(status: int, code: str, message: str, retry_after: int | None) -> Response:
    """Return an error in the service's shape."""
    reply = json_reply(status, {"error": {"code": code, "message": message}})
    if retry_after is not None:
        reply.headers["Retry-After"] = str(retry_after)
    return reply


def _phrase(status: int) -> str:
    known = {known.value: known.phrase for known in HTTPStatus}
    return known.get(status, "The call failed on order.")
