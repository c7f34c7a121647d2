"""HTTP in Python, for where there is no other parser, and for requests that only it understands."""

import asyncio
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from mock_service.emulator.bounded_protocol import MAX_HEAD, BoundedProtocol


class _GatheringProtocol(H11Protocol):
    """A connection that sends together what is written within one turn of the event loop.

    uvicorn writes the head of a reply and its body one after the other, and to send twice costs
    the server, and its client, as much again.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Write by way of what gathers."""
        gathering = _GatheringTransport(self.loop, transport)
        super().connection_made(cast("asyncio.Transport", gathering))


class H11Connection(BoundedProtocol, _GatheringProtocol):  # type: ignore[misc] # the two of uvicorn are alike
    """A connection whose requests h11 reads."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take longer heads than h11 would."""
        self.conn = h11.Connection(h11.SERVER, MAX_HEAD)
        super().connection_made(transport)

    def _is_arriving(self) -> bool:
        return self.conn.their_state in _ARRIVING

    def _has_begun(self) -> bool:
        return self.conn.their_state is h11.SEND_BODY or bool(self.conn.trailing_data[0])


_ARRIVING = (h11.IDLE, h11.SEND_BODY)


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
