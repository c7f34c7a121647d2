"""The outermost layer: what a web page must not do here goes no further, and is not noted."""

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_service.rest.cross_origin import OriginRules
from mock_service.rest.error_responses import foreign_page, misdirected_response
from mock_service.rest.hosts import HostRules

_HOST, _ORIGIN, _SITE = b"host", b"origin", b"sec-fetch-site"
_PRIVATE_NETWORK = b"access-control-request-private-network"
_READ = frozenset({_HOST, _ORIGIN, _SITE})


class Guard:
    """An ASGI layer that refuses by ``Host``, ``Origin`` and ``Sec-Fetch-Site``, before all else.

    It stands around everything, so that errors reach the pages that may read them too.
    """

    def __init__(self, app: ASGIApp, hosts: HostRules, origins: OriginRules) -> None:
        self._app, self._hosts, self._origins = app, hosts, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it unread."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = [pair for pair in scope["headers"] if pair[0] in _READ]
        if len(sent) == 1 and sent[0][0] == _HOST and self._hosts.admit(sent[0][1]):
            await self._app(scope, receive, send)  # an application, and no browser
            return
        refusal = self._refuse(scope, sent)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        origins = [value for name, value in sent if name == _ORIGIN]
        await self._app(
            scope, receive, self._allowing(origins[0], scope, send) if origins else send
        )

    def _refuse(self, scope: Scope, sent: list[tuple[bytes, bytes]]) -> Response | None:
        hosts = [value for name, value in sent if name == _HOST]
        admits = self._hosts.admit(hosts[0]) if len(hosts) == 1 else self._hosts.admit_unnamed()
        if not admits:
            return misdirected_response(hosts)
        origins = [value for name, value in sent if name == _ORIGIN]
        sites = [value for name, value in sent if name == _SITE]
        return None if self._origins.admit(scope, origins, sites) else foreign_page(origins)

    def _allowing(self, origin: bytes, scope: Scope, send: Send) -> Send:
        """Return a `send` that lets the page at `origin` read what is answered."""
        network = next(
            (value for name, value in scope["headers"] if name == _PRIVATE_NETWORK), None
        )
        more = self._origins.headers(origin, network)

        async def send_allowing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        return send_allowing
