"""The gateway in front of the service: keys, doubled slashes, and headers on every answer."""

import hmac
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_service.loop.identity import IdSource, new_guid
from mock_service.rest.problems import access_denied

KEY_HEADER = "Ocp-Apim-Subscription-Key"
OPEN_PATHS = frozenset({"/", "/status", "/docs", "/openapi.json"})
"""What anyone may read: nothing here tells what was ranked or learned."""

_HEADERS = {
    "Cache-Control": "no-cache, no-store, must-revalidate",
    "pragma": "no-cache",
    "Expires": "0",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
    "timing-allow-origin": "*",
}


class Gateway:
    """An ASGI layer around the app."""

    def __init__(self, app: ASGIApp, key: str, ids: IdSource) -> None:
        self._app = app
        self._key = key.encode()
        self._ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the app, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["apim-request-id"] = new_guid(self._ids)
                elapsed = (perf_counter() - began) * 1000
                headers["x-envoy-upstream-service-time"] = str(round(elapsed))
            await send(message)

        _collapse_leading_slashes(scope)
        admitted = scope["path"] in OPEN_PATHS or self._has_key(Headers(scope=scope))
        await (self._app if admitted else access_denied())(scope, receive, send_with_headers)

    def _has_key(self, headers: Headers) -> bool:
        return hmac.compare_digest(headers.get(KEY_HEADER, "").encode(), self._key)


def _collapse_leading_slashes(scope: Scope) -> None:
    """Make one slash of several in front: an endpoint that ends in one gives ``//personalizer``."""
    if scope["path"].startswith("//"):
        scope["path"] = "/" + scope["path"].lstrip("/")
