"""Successful answers as the service writes them."""

import json
from http import HTTPStatus

from starlette.responses import Response

JSON = "application/json; charset=utf-8"


def json_reply(status: int, body: object) -> Response:
    """Return `body` as compact JSON."""
    return Response(
        json.dumps(body, separators=(",", ":"), ensure_ascii=False), status, media_type=JSON
    )


def empty_reply() -> Response:
    """Return 204 with an explicit length of 0, as the service does."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Content-Length": "0"})
