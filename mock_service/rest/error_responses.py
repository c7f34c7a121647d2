"""Errors on the wire: one JSON shape for all of them."""

from collections.abc import Sequence
from http import HTTPStatus

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mock_service.errors import API_ERRORS, ApiError
from mock_service.rest.responses import json_reply
from mock_service.wire import KEY_HEADER

_MAX_SHOWN = 100


def access_denied() -> Response:
    """Return the gateway's answer to a missing or wrong key.

    In its own words, byte for byte: clients have been seen to compare them.
    """
    return Response(
        f'{{"error":{{"code":"401","message": "{API_ERRORS["AccessDenied"].message}"}}}}',
        HTTPStatus.UNAUTHORIZED,
        {
            "WWW-Authenticate": 'AzureApiManagementKey realm="https://localhost/",'
            f'name="{KEY_HEADER}",type="header"'
        },
        "application/json",
    )


def bearer_refused() -> Response:
    """Return the answer of a regional endpoint, which takes keys and no tokens."""
    return _gateway_error(
        HTTPStatus.BAD_REQUEST,
        "BadRequest",
        "Please provide a custom subdomain for token authentication, otherwise API key is "
        "required. (Here: personalizer-lab serve --accept-bearer.)",
    )


def no_such_loop(name: str) -> Response:
    """Return the answer to an endpoint of a loop that does not exist."""
    return _gateway_error(
        HTTPStatus.NOT_FOUND,
        "404",
        f"There is no loop {name!r} here: make it with serve --loop or POST /mock/loops.",
    )


def old_path() -> Response:
    """Return the answer to a path of the service's private preview."""
    return _gateway_error(
        HTTPStatus.NOT_FOUND,
        "404",
        "Resource not found: /personalization/ was the path of the private preview. Use "
        "/personalizer/v1.0/ instead.",
    )


def misdirected_response(hosts: Sequence[bytes]) -> Response:
    """Return the answer to a call by a name that is not the server's."""
    named = f"and not to {_shorten(hosts[0])}" if len(hosts) == 1 else "and wants one Host header"
    return _refusal(
        HTTPStatus.MISDIRECTED_REQUEST,
        f"This server answers to localhost and loopback addresses, {named}: call it by one of "
        "them, or serve with --allow-host NAME.",
    )


def foreign_page(origins: Sequence[bytes]) -> Response:
    """Return the answer to a page that may not call; without CORS headers it cannot be read."""
    named = f"of {_shorten(origins[0])} " if len(origins) == 1 else ""
    return _refusal(
        HTTPStatus.FORBIDDEN,
        f"A page {named}may not call this. Pages of localhost may call /personalizer/, and others "
        "if the server runs with --allow-origin ORIGIN; /mock/ is for the server's own pages only.",
    )


def _shorten(header: bytes) -> str:
    return repr(header[:_MAX_SHOWN].decode("latin-1"))


def _refusal(status: HTTPStatus, message: str) -> Response:
    """Return an error that never met the gateway, and has no header of its own."""
    error = {"error": {"code": str(status.value), "message": message}}
    return json_reply(
        status, error, {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    )


def _gateway_error(status: HTTPStatus, code: str, message: str) -> Response:
    return json_reply(status, {"error": {"code": code, "message": message}})


async def on_api_error(_: Request, problem: ApiError) -> Response:
    """Answer a `ApiError` in the service's shape."""
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return access_denied()
    error = {"code": problem.code, "message": problem.message}
    if problem.target is not None:
        error["target"] = problem.target
    return json_reply(problem.status, {"error": error}, {"x-ms-error-code": problem.code})


async def on_http_exception(_: Request, error: HTTPException) -> Response:
    """Answer what no route answers, as the gateway does."""
    status = HTTPStatus(error.status_code)
    message = "Resource not found" if status is HTTPStatus.NOT_FOUND else status.phrase
    reply = json_reply(status, {"error": {"code": str(status.value), "message": message}})
    reply.headers.update(error.headers or {})
    return reply


async def on_unexpected(_: Request, __: Exception) -> Response:
    """Answer a defect of our own without showing its insides."""
    problem = ApiError("InternalServerError")
    return json_reply(problem.status, {"error": {"code": problem.code, "message": problem.message}})


def invalid_body(code: str, error: ValidationError) -> ApiError:
    """Return the problem of a body that is no JSON or of the wrong shape, naming the place."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    index = ".".join(str(step) for step in first["loc"])
    if first["type"] == "json_invalid":
        return ApiError("BadRequest", f"The request body is not JSON. {first['msg']}.")
    message = f"{index}: {first['msg']}." if index else f"{first['msg']}."
    return ApiError(code, message, target=index or None)
