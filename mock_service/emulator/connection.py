"""The server's side of a connection, within reach of what has to break it."""

import asyncio
from asyncio.sslproto import SSLProtocol
from importlib.util import find_spec
from ssl import SSLContext
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope
from uvicorn import Config
from uvicorn.server import ServerState

from mock_service.emulator.bounded_protocol import TRANSPORT, BoundedProtocol, find_bounds
from mock_service.emulator.connections import accepted_at_once
from mock_service.emulator.h11_connection import H11Connection

if find_spec("httptools"):
    from mock_service.emulator.httptools_connection import HttpToolsConnection

    PARSERS: dict[str, type[BoundedProtocol]] = {
        "httptools": HttpToolsConnection,
        "h11": H11Connection,
    }
else:
    PARSERS = {"h11": H11Connection}
"""What can read requests here, the fastest first."""

DEFAULT_PARSER = next(iter(PARSERS))

KEEP_ALIVE_SECONDS = 180
"""How long an idle connection is kept: longer than the pools of .NET (two minutes) and Go (90 s),
so that no client sends a request on a connection that is being closed."""


class TlsConnection(asyncio.Protocol):
    """What a connection is until its TLS handshake has ended, within the same bounds."""

    def __init__(
        self,
        config: "BoundedConfig",
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._loop = _loop or asyncio.get_running_loop()
        self._context = config.tls
        self._bounds = find_bounds(app_state)
        self._connections = cast("set[object]", server_state.connections)
        self._http = config.connection(config, server_state, app_state, _loop)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake; HTTP takes over when it has ended."""
        bare = self._bare = cast("asyncio.Transport", transport)
        self._connections.add(self)
        connection = self._bounds.add(bare, bare.abort)
        ended: asyncio.Future[None] = self._loop.create_future()

        def forget(_: asyncio.Future[None]) -> None:
            ended.exception()  # a client that breaks off is nothing to report
            self._bounds.remove(connection)
            self._connections.discard(self)

        ended.add_done_callback(forget)
        tls = SSLProtocol(
            self._loop,
            self._http,
            self._context,
            ended,
            server_side=True,
            ssl_handshake_timeout=self._bounds.handshake_seconds,
        )
        bare.set_protocol(tls)
        tls.connection_made(bare)

    def shutdown(self) -> None:
        """Break off the handshake, as the server ends."""
        self._bare.abort()


class BoundedConfig(Config):
    """How uvicorn serves our connections; a TLS handshake is within our bounds, not uvicorn's."""

    tls: SSLContext

    def __init__(
        self,
        app: ASGIApp,
        *,
        http_parser: str = "",
        **settings: Any,  # noqa: ANN401 # uvicorn's own
    ) -> None:
        """Take uvicorn's settings; connections are kept open as long as clients keep them.

        `http_parser` is one of `PARSERS`, and the fastest there is where it is empty.
        """
        usual = {"timeout_keep_alive": KEEP_ALIVE_SECONDS, "access_log": False}
        super().__init__(app, **(usual | settings))
        self.connection = PARSERS[http_parser or DEFAULT_PARSER]

    def load(self) -> None:
        """Take the TLS context from uvicorn, which would leave its handshakes to asyncio."""
        super().load()
        self.backlog = accepted_at_once()
        self.http_protocol_class = self.connection
        if self.ssl is not None:
            self.tls, self.ssl = self.ssl, None
            self.http_protocol_class = TlsConnection


def find_transport(scope: Scope) -> asyncio.Transport:
    """Return the connection `scope` came over.

    Raises:
        RuntimeError: the app is not served over a `BoundedProtocol`.
    """
    transport = scope.get("state", {}).get(TRANSPORT)
    if transport is None:
        raise RuntimeError("only a server with a BoundedConfig can break connections")
    return cast("asyncio.Transport", transport)


async def until_gone(receive: Receive) -> None:
    """Wait until the server has noticed that the connection is closed."""
    while (await receive())["type"] != "http.disconnect":
        pass
