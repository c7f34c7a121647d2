"""The gateway in front of the service: which loop, which key, and headers on every answer."""

from time import perf_counter

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_service.hosting.service import Service
from mock_service.loop.ids import new_guid
from mock_service.rest.cross_origin import answer_preflight, is_preflight
from mock_service.rest.error_responses import (
    access_denied,
    bearer_refused,
    no_such_loop,
    old_path,
    on_unexpected,
)
from mock_service.rest.keys import opens, read_key
from mock_service.rest.paths import is_open, split_loop
from mock_service.wire import KEY_HEADER

_OLD_PREFIX = "/personalization/"

_HEADERS = (
    (b"cache-control", b"no-cache, no-store, must-revalidate"),
    (b"pragma", b"no-cache"),
    (b"expires", b"0"),
    (b"x-content-type-options", b"nosniff"),
    (b"timing-allow-origin", b"*"),
)
_KEY = KEY_HEADER.lower().encode()
_READ = frozenset(
    {
        _KEY,
        b"authorization",
        b"origin",
        b"access-control-request-method",
        b"access-control-request-headers",
        b"x-ms-client-request-id",
        b"x-ms-return-client-request-id",
    }
)
"""The only request headers the gateway looks at."""


class Gateway:
    """An ASGI layer around the app."""

    def __init__(self, app: ASGIApp, service: Service, *, accept_bearer: bool) -> None:
        """Admit bearer tokens unread if `accept_bearer`: no token can be checked here."""
        self._app = app
        self._service = service
        self._accept_bearer = accept_bearer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to its loop, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # answered as GET; the server sends no body to what it got
            scope = {**scope, "method": "GET"}
        began = perf_counter()
        sent = {name: value for name, value in scope["headers"] if name in _READ}
        answering = self._answering(scope, sent)
        more = _headers_for(sent) if len(sent) > 1 else []

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                elapsed = round((perf_counter() - began) * 1000)
                message["headers"] = [
                    *message["headers"],
                    *_HEADERS,
                    *more,
                    (b"apim-request-id", new_guid(self._service.ids).encode()),
                    (b"x-envoy-upstream-service-time", b"%d" % elapsed),
                ]
            await send(message)

        try:
            if self._service.housekeeping.settling.is_under_way and not is_open(scope["path"]):
                await self._service.housekeeping.settling.wait()
            await answering(scope, receive, send_with_headers)
        except Exception as defect:  # ours, whatever it is: said here so that it has the headers
            if not started:
                reply = await on_unexpected(Request(scope), defect)
                await reply(scope, receive, send_with_headers)
            raise

    def _answering(self, scope: Scope, sent: dict[bytes, bytes]) -> ASGIApp:
        """Return what answers: the app, with the loop in the scope, or a refusal."""
        if scope["method"] == "OPTIONS" and is_preflight(sent):
            return answer_preflight(sent)
        name, path = split_loop(scope["path"])
        scope["path"] = path
        hosted = self._service.default if name is None else self._service.loops.get(name)
        if hosted is None:
            return no_such_loop(str(name))
        scope["loop"], scope["hosted"] = hosted.name, hosted
        if not is_open(path):
            if path.startswith(_OLD_PREFIX):
                return old_path()
            if not opens(read_key(scope, sent), hosted):
                if b"authorization" not in sent:
                    return access_denied()
                if not self._accept_bearer or not _is_bearer(sent[b"authorization"]):
                    return bearer_refused()
        return self._app


def _headers_for(sent: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """Return the headers that answer something in the request."""
    if sent.get(b"x-ms-return-client-request-id", b"").lower() == b"true":
        id_ = sent.get(b"x-ms-client-request-id")
        return [(b"x-ms-client-request-id", id_)] if id_ else []
    return []


def _is_bearer(authorization: bytes) -> bool:
    scheme, _, token = authorization.partition(b" ")
    return scheme.lower() == b"bearer" and bool(token.strip())
