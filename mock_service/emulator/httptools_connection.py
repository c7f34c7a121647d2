"""HTTP read by Node's parser, in a fifth of the time that h11 takes."""

import asyncio

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_service.emulator.bounded_protocol import MAX_HEAD, BoundedProtocol
from mock_service.emulator.h11_connection import H11Connection
from mock_service.emulator.whole_reply import WholeReplyCycle

_MAX_PIPELINED = 100
"""Requests that may wait on one connection until those before them are answered."""


class _ForkedProtocol(HttpToolsProtocol):
    """A connection that goes on with h11 from a request that asks for another protocol.

    The parser leaves out the body of such a request, and clients send it when they are left to
    themselves: Java's asks for h2c. h11 reads it as the HTTP/1.1 that it is as well.
    """

    _bare: asyncio.BaseTransport
    _method = b""

    def data_received(self, data: bytes) -> None:
        """Take a part of a request, and refuse what is none."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._hand_over(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def on_headers_complete(self) -> None:
        """Begin to answer, unless that is for h11 to do."""
        self._method = self.parser.get_method()
        if self.parser.should_upgrade():
            return
        super().on_headers_complete()
        self.cycle.__class__ = WholeReplyCycle  # uvicorn makes its own, which nothing has used yet

    def on_message_complete(self) -> None:
        """Note that a request is whole."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def _hand_over(self, rest: bytes) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()  # nobody asks for another protocol while an answer is due
            return
        head = [b"%s %s HTTP/1.1\r\n" % (self._method, self.url)]
        head += [b"%s: %s\r\n" % header for header in self.headers]
        heir = H11Connection(self.config, self.server_state, self.app_state, self.loop)
        self.connections.discard(self)
        heir.connection_made(self._bare)
        self.transport.set_protocol(heir)
        heir.data_received(b"".join([*head, b"\r\n", rest]))


class HttpToolsConnection(BoundedProtocol, _ForkedProtocol):
    """A connection whose requests httptools reads."""

    _in_message = False
    _head_bytes: int | None = None
    """How much of a head has come after the part it began in; None outside of a head."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport as it is, for h11, and take headers that end in a line feed alone.

        RFC 9112, 2.2, lets a server do so, and h11 does.
        """
        self._bare = transport
        self.parser.set_dangerous_leniencies(
            lenient_data_after_close=True, lenient_optional_cr_before_lf=True
        )
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Take a part of a request, unless its head has grown too long."""
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD:
                self.send_400_response("The head of the request is too long.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        super().on_message_begin()
        self._in_message, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """Begin to answer, unless too many wait for that already."""
        self._head_bytes = None
        if len(self.pipeline) < _MAX_PIPELINED:
            super().on_headers_complete()
        else:
            self.transport.abort()

    def on_message_complete(self) -> None:
        """Note that a request is whole."""
        self._in_message = False
        super().on_message_complete()

    def _hand_over(self, rest: bytes) -> None:
        self._bounds.remove(self._open)
        super()._hand_over(rest)

    def _is_arriving(self) -> bool:
        cycle = self.cycle
        return not self.pipeline and (cycle is None or cycle.response_complete or cycle.more_body)

    def _has_begun(self) -> bool:
        return self._in_message
