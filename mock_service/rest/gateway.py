"""The gateway in front of the service: which loop, which key, and headers on every answer."""

import hmac
from time import perf_counter
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_service.hosted import HostedLoop
from mock_service.hosting import Service
from mock_service.loop.identity import new_guid
from mock_service.rest.cross_origin import CrossOrigin
from mock_service.rest.problems import (
    access_denied,
    bearer_refused,
    no_such_loop,
    old_path,
)

KEY_HEADER = "Ocp-Apim-Subscription-Key"
OPEN_PATHS = frozenset({"/", "/status", "/docs", "/openapi.json"})
"""What anyone may read: nothing here tells what was ranked or learned."""
LOOPS_PREFIX = "/loops/"
_OLD_PREFIX = "/personalization/"

_HEADERS = (
    (b"cache-control", b"no-cache, no-store, must-revalidate"),
    (b"pragma", b"no-cache"),
    (b"expires", b"0"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains; preload"),
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
        """Admit bearer tokens unread if `accept_bearer`: nobody here could tell a good one."""
        self._app = app
        self._service = service
        self._accept_bearer = accept_bearer
        self._cross_origin = CrossOrigin()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to its loop, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        sent = {name: value for name, value in scope["headers"] if name in _READ}
        answering = self._answering(scope, sent)
        more = self._headers_for(sent) if len(sent) > 1 else []

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                elapsed = round((perf_counter() - began) * 1000)
                message["headers"] = [
                    *message["headers"],
                    *_HEADERS,
                    *more,
                    (b"apim-request-id", new_guid(self._service.ids).encode()),
                    (b"x-envoy-upstream-service-time", b"%d" % elapsed),
                ]
            await send(message)

        await answering(scope, receive, send_with_headers)

    def _answering(self, scope: Scope, sent: dict[bytes, bytes]) -> ASGIApp:
        """Return what answers: the app, with the loop in the scope, or a refusal."""
        if scope["method"] == "OPTIONS" and self._cross_origin.asks(sent):
            return self._cross_origin.preflight(sent)
        name = _take_loop(scope)
        hosted = self._service.default if name is None else self._service.loops.get(name)
        if hosted is None:
            return no_such_loop(str(name))
        path = scope["path"]
        if path not in OPEN_PATHS:
            if path.startswith(_OLD_PREFIX):
                return old_path()
            if not _opens(_key_of(scope, sent), hosted):
                if b"authorization" not in sent:
                    return access_denied()
                if not self._accept_bearer or not _is_bearer(sent[b"authorization"]):
                    return bearer_refused()
        scope["loop"] = hosted.name
        return self._app

    def _headers_for(self, sent: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """Return the headers that answer something in the request."""
        headers = self._cross_origin.headers(sent)
        if sent.get(b"x-ms-return-client-request-id", b"").lower() == b"true":
            id_ = sent.get(b"x-ms-client-request-id")
            headers += [(b"x-ms-client-request-id", id_)] if id_ else []
        return headers


def _take_loop(scope: Scope) -> str | None:
    """Take ``/loops/NAME`` off the front of the path; return the name, None for the default loop.

    Doubled slashes at either place count as one: an endpoint that ends in a slash gives
    ``//personalizer``.
    """
    path = scope["path"]
    if path.startswith("//"):
        path = scope["path"] = "/" + path.lstrip("/")
    if not path.startswith(LOOPS_PREFIX):
        return None
    name, _, rest = path[len(LOOPS_PREFIX) :].partition("/")
    scope["path"] = "/" + rest.lstrip("/")
    return str(name)


def _key_of(scope: Scope, sent: dict[bytes, bytes]) -> bytes:
    key = sent.get(_KEY)
    if key is None and b"subscription-key=" in scope["query_string"]:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        return query["subscription-key"][0].encode() if "subscription-key" in query else b""
    return key or b""


def _opens(key: bytes, hosted: HostedLoop) -> bool:
    """Compare with both keys, whichever fits, so that time tells nothing."""
    first, second = hosted.keys
    is_first = hmac.compare_digest(key, first.encode())
    return hmac.compare_digest(key, second.encode()) or is_first


def _is_bearer(authorization: bytes) -> bool:
    scheme, _, token = authorization.partition(b" ")
    return scheme.lower() == b"bearer" and bool(token.strip())
