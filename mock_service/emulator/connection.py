"""The server's side of a connection, within reach of what has to break it."""

import asyncio
from asyncio.sslproto import SSLProtocol
from ssl import SSLContext
from typing import Any, cast

import h11
from starlette.types import ASGIApp, Receive, Scope
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from mock_service.emulator.connections import Connections, OpenConnection, accepted_at_once

KEEP_ALIVE_SECONDS = 180
"""How long an idle connection is kept: longer than the pools of .NET (two minutes) and Go (90 s),
so that no client sends a request on a connection that is being closed."""
CONNECTIONS = "mock_service.connections"
"""The name, in the state that an application begins with, of the bounds of its connections."""

_KEY = "mock_service.connection"
_BODY = (
    b'{"error":{"code":"408","message":"The request did not arrive within the time that the '
    b'server waits for one (request-seconds)."}}'
)
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json; charset=utf-8\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(_BODY)
) + _BODY


class BreakableConnection(H11Protocol):
    """HTTP/1.1 whose transport every request can find in its scope, and which sends replies whole.

    uvicorn writes the head of a reply and its body one after the other, and to send twice costs
    the server, and its client, as much again.
    """

    _bounds: Connections
    _open: OpenConnection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Put the transport among what uvicorn copies into each request's ``state``."""
        if hasattr(transport, "max_size"):
            transport.max_size = _READ_BYTES
        gathering = cast("asyncio.Transport", _GatheringTransport(self.loop, transport))
        self._bounds = _find_bounds(self.app_state)
        self.conn = h11.Connection(h11.SERVER, _MAX_HEAD)
        super().connection_made(gathering)
        self._open = self._bounds.add(cast("asyncio.Transport", transport), self._refuse)
        self.app_state = {**self.app_state, _KEY: gathering}

    def connection_lost(self, exc: Exception | None) -> None:
        """Count one less."""
        self._bounds.remove(self._open)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a part of a request, and note whether it is whole by now."""
        connection = self._open
        if connection.waits_since is not None and not connection.is_receiving:
            self._bounds.wait(connection, is_receiving=True)
        super().data_received(data)
        self._bounds.receive(connection, len(data) + _CHUNK_BYTES)
        if connection.waits_since is not None and self.conn.their_state not in _ARRIVING:
            self._bounds.work(connection)

    def on_response_complete(self) -> None:
        """Wait for the next request, which may have begun to arrive already."""
        super().on_response_complete()
        if self.transport.is_closing():
            return
        state = self.conn.their_state
        if state in _ARRIVING:
            begun = state is h11.SEND_BODY or bool(self.conn.trailing_data[0])
            self._bounds.wait(self._open, is_receiving=begun)

    def shutdown(self) -> None:
        """Let what is under way end, and nothing else: half a request never would."""
        if self._open.waits_since is not None and self._open.is_receiving:
            self.transport.abort()
        else:
            super().shutdown()

    def _refuse(self) -> None:
        """Say that the request took too long, unless none has begun or it is answered by half."""
        cycle = self.cycle
        if self._open.received and (
            cycle is None or cycle.response_complete or not cycle.response_started
        ):
            self.transport.write(_TOO_SLOW)
        self.transport.close()


_READ_BYTES = 2**15
"""How much asyncio reads of a connection before it turns to the next: a fair share of a moment."""
_MAX_HEAD = 2**16
"""Of a request, in bytes; a longer one is no valid request."""
_CHUNK_BYTES = 64
"""What a part of a request takes in memory besides its bytes."""
_ARRIVING = (h11.IDLE, h11.SEND_BODY)


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
        self._bounds = _find_bounds(app_state)
        self._connections = cast("set[object]", server_state.connections)
        self._http = BreakableConnection(config, server_state, app_state, _loop)

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

    def __init__(self, app: ASGIApp, **settings: Any) -> None:  # noqa: ANN401 # uvicorn's own
        """Take uvicorn's settings; connections are kept open as long as clients keep them."""
        super().__init__(app, timeout_keep_alive=KEEP_ALIVE_SECONDS, **settings)

    def load(self) -> None:
        """Take the TLS context from uvicorn, which would leave its handshakes to asyncio."""
        super().load()
        self.backlog = accepted_at_once()
        self.http_protocol_class = BreakableConnection
        if self.ssl is not None:
            self.tls, self.ssl = self.ssl, None
            self.http_protocol_class = TlsConnection


def _find_bounds(app_state: dict[str, Any]) -> Connections:
    """Return the bounds of a server's connections; an application that has none gets the usual."""
    found = app_state.get(CONNECTIONS)
    if not isinstance(found, Connections):
        found = app_state[CONNECTIONS] = Connections()
    return found


class _GatheringTransport:
    """A transport that sends together what is written within one turn of the event loop."""

    __slots__ = ("_loop", "_transport", "_written")

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.BaseTransport) -> None:
        self._loop, self._transport = loop, cast("asyncio.Transport", transport)
        self._written: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not data:
            return
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def abort(self) -> None:
        self._written.clear()
        self._transport.abort()

    def __getattr__(self, name: str) -> object:
        """Be the transport itself in everything else."""
        return getattr(self._transport, name)

    def _send(self) -> None:
        if self._written:
            self._transport.write(b"".join(self._written))
            self._written.clear()


def find_transport(scope: Scope) -> asyncio.Transport:
    """Return the connection `scope` came over.

    Raises:
        RuntimeError: the app is not served over `BreakableConnection`.
    """
    transport = scope.get("state", {}).get(_KEY)
    if transport is None:
        raise RuntimeError("only a server with BreakableConnection can break connections")
    return cast("asyncio.Transport", transport)


async def until_gone(receive: Receive) -> None:
    """Wait until the server has noticed that the connection is closed."""
    while (await receive())["type"] != "http.disconnect":
        pass
