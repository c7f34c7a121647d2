"""HTTP in Python, for where there is no other parser, and for requests that only it understands."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from mock_service.emulator.bounded_protocol import MAX_HEAD, BoundedProtocol


class H11Connection(BoundedProtocol, H11Protocol):  # type: ignore[misc] # the two of uvicorn are alike
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
