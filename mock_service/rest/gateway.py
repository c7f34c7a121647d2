"""The gateway in front of the service: keys, doubled slashes, and headers on every answer."""

import hmac
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_service.hosting import Service
from mock_service.loop.identity import new_guid
from mock_service.rest.problems import access_denied

KEY_HEADER = "Ocp-Apim-Subscription-Key"
OPEN_PATHS = frozenset({"/", "/status", "/docs", "/openapi.json"})
"""What anyone may read: nothing here tells what was ranked or learned."""

_HEADERS = (
    (b"cache-control", b"no-cache, no-store, must-revalidate"),
    (b"pragma", b"no-cache"),
    (b"expires", b"0"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains; preload"),
    (b"x-content-type-options", b"nosniff"),
    (b"timing-allow-origin", b"*"),
)
_KEY_HEADER_BYTES = KEY_HEADER.lower().encode()


class Gateway:
    """An ASGI layer around the app."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service
        self._ids = service.ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the app, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                elapsed = round((perf_counter() - began) * 1000)
                message["headers"] = [
                    *message["headers"],
                    *_HEADERS,
                    (b"apim-request-id", new_guid(self._ids).encode()),
                    (b"x-envoy-upstream-service-time", b"%d" % elapsed),
                ]
            await send(message)

        _collapse_leading_slashes(scope)
        admitted = scope["path"] in OPEN_PATHS or self._has_key(scope)
        await (self._app if admitted else access_denied())(scope, receive, send_with_headers)

    def _has_key(self, scope: Scope) -> bool:
        sent = next((value for name, value in scope["headers"] if name == _KEY_HEADER_BYTES), b"")
        first, second = self._service.default.keys
        is_first = hmac.compare_digest(sent, first.encode())
        return hmac.compare_digest(sent, second.encode()) or is_first


def _collapse_leading_slashes(scope: Scope) -> None:
    """Make one slash of several in front: an endpoint that ends in one gives ``//personalizer``."""
    if scope["path"].startswith("//"):
        scope["path"] = "/" + scope["path"].lstrip("/")
