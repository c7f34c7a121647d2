"""Successful answers as the service writes them."""

from collections.abc import Mapping
from http import HTTPStatus

from pydantic_core import to_json
from starlette.responses import Response

JSON = "application/json; charset=utf-8"


def json_reply(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """Return `body` as compact JSON."""
    return Response(to_json(body), status, headers, JSON)


def empty_reply() -> Response:
    """Return 204 with an explicit length of 0, as the service does."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Content-Length": "0"})
