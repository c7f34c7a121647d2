"""The server's side of a connection, within reach of what has to break it."""

import asyncio
from typing import cast

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_KEY = "mock_service.connection"


class BreakableConnection(H11Protocol):
    """HTTP/1.1 whose transport every request can find in its scope, and which sends replies whole.

    uvicorn writes the head of a reply and its body one after the other, and to send twice costs
    the server, and its client, as much again.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Put the transport among what uvicorn copies into each request's ``state``."""
        gathering = cast("asyncio.Transport", _GatheringTransport(self.loop, transport))
        super().connection_made(gathering)
        self.app_state = {**self.app_state, _KEY: gathering}


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


def transport_of(scope: Scope) -> asyncio.Transport:
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
