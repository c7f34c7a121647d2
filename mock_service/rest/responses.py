"""Successful answers as the service writes them."""

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus

from pydantic_core import to_json
from starlette.responses import Response

JSON = "application/json; charset=utf-8"
_JSON = JSON.encode()


class _JsonReply(Response):
    """A reply whose headers are known beforehand: working them out costs more than the JSON."""

    media_type = JSON

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Write length, type and what else there is, as bytes."""
        more = [] if headers is None else [_raw(*header) for header in headers.items()]
        length = b"%d" % len(self.body)
        self.raw_headers = [(b"content-length", length), (b"content-type", _JSON), *more]


def json_reply(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """Return `body` as compact JSON."""
    return _JsonReply(to_json(body), status, headers)


def text_reply(status: int, text: bytes) -> Response:
    """Return what is JSON already."""
    return _JsonReply(text, status)


@lru_cache(maxsize=64)
def _raw(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode("latin-1"), value.encode("latin-1")


def empty_reply() -> Response:
    """Return 204 with an explicit length of 0, as the service does."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Content-Length": "0"})
