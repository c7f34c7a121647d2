"""What both kinds of HTTP connections share: their bounds."""

import asyncio
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, cast

from mock_service.emulator.connections import Connections, OpenConnection

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Protocol
else:
    Protocol = object

CONNECTIONS = "mock_service.connections"
"""The name, in the state that an application begins with, of the bounds of its connections."""
TRANSPORT = "mock_service.connection"
"""The name, in the state of a request, of the transport it came over."""
MAX_HEAD = 2**16
"""Of a request, in bytes; a longer one is no valid request."""

_BODY = (
    b'{"error":{"code":"408","message":"The request did not arrive within the time that the '
    b'server waits for one (request-seconds)."}}'
)
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json; charset=utf-8\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(_BODY)
) + _BODY


class BoundedProtocol(Protocol):
    """HTTP/1.1 within bounds, whose transport every request can find in its scope."""

    _bounds: Connections
    _open: OpenConnection

    @abstractmethod
    def _is_arriving(self) -> bool:
        """Return whether the server waits for a request, or for the rest of one."""

    @abstractmethod
    def _has_begun(self) -> bool:
        """Return whether a part of the next request is here."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Put the transport among what uvicorn copies into each request's ``state``."""
        if hasattr(transport, "max_size"):
            transport.max_size = _READ_BYTES
        self._bounds = find_bounds(self.app_state)
        super().connection_made(cast("asyncio.Transport", transport))
        self._open = self._bounds.add(cast("asyncio.Transport", transport), self._refuse)
        self.app_state = {**self.app_state, TRANSPORT: self.transport}

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
        if connection.waits_since is not None and not self._is_arriving():
            self._bounds.work(connection)

    def on_response_complete(self) -> None:
        """Wait for the next request, which may have begun to arrive already."""
        super().on_response_complete()
        if not self.transport.is_closing() and self._is_arriving():
            self._bounds.wait(self._open, is_receiving=self._has_begun())

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
_CHUNK_BYTES = 64
"""What a part of a request takes in memory besides its bytes."""


def find_bounds(app_state: dict[str, Any]) -> Connections:
    """Return the bounds of a server's connections; an application that has none gets the usual."""
    found = app_state.get(CONNECTIONS)
    if not isinstance(found, Connections):
        found = app_state[CONNECTIONS] = Connections()
    return found
