"""The server's side of a connection, within reach of what has to break it."""

import asyncio
from typing import cast

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_KEY = "mock_service.connection"


class BreakableConnection(H11Protocol):
    """HTTP/1.1 whose transport every request can find in its scope."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Put the transport among what uvicorn copies into each request's ``state``."""
        super().connection_made(cast("asyncio.Transport", transport))
        self.app_state = {**self.app_state, _KEY: transport}


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
