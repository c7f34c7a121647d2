"""Requests to servers that are not trusted: each reply is bounded in bytes and in total time.

The HTTP client bounds one read; a server that sends a byte now and then never exceeds that. So a
thread watches over the whole exchange, from its first byte sent to its last byte received, and
cuts the connection when the time is over.
"""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from threading import Event, Thread
from time import monotonic
from typing import Any

import httpx2
from httpx2 import Headers

from mock_service.user_folder import CERTIFICATE_FILE, user_folder

MAX_REPLY_BYTES = 8 * 2**20
"""The largest reply of the contract, a model, is far smaller in a laboratory."""
_CHECKS_PER_TIMEOUT = 20
_SHORTEST_CHECK = 0.02
_CONNECTED = "connection.connect_tcp.complete"


class ExchangeFailed(Exception):
    """An exchange came to no reply; the text says why."""


class NotConnected(ExchangeFailed):
    """Nothing listens at the address, or it is none."""


class ReplyUnreadable(ExchangeFailed):
    """A reply that is too large, or encoded wrongly: the same request would bring it again."""


def _trusted_certificates() -> ssl.SSLContext | bool:
    """Return the usual certificates, and that of this machine's own servers if there is one."""
    own = user_folder() / CERTIFICATE_FILE
    if not own.is_file():
        return True
    context = httpx2.create_ssl_context()
    with suppress(OSError):  # of another user, or no certificate: it is then not trusted
        context.load_verify_locations(own)
    return context


@dataclass(frozen=True, slots=True)
class BoundedReply:
    """What a server answered: no more than the bounds allow."""

    url: str
    status: int
    headers: Headers
    body: bytes

    def excerpt(self, length: int) -> str:
        """Return the beginning of the body as text on one line."""
        text = self.body[: 4 * length].decode(errors="replace")
        return " ".join(text.split())[:length]


class Exchange:
    """One kept-alive client; ``timeout`` seconds are for a request and its whole reply.

    No exchange begins later than ``total`` seconds after the first. The certificate that this
    machine's own servers made is trusted beside those of the system.
    """

    def __init__(
        self, timeout: float, max_bytes: int = MAX_REPLY_BYTES, total: float = inf
    ) -> None:
        self._timeout, self._max_bytes, self._total = timeout, max_bytes, total
        self._began: float | None = None
        self._client = httpx2.Client(timeout=timeout, verify=_trusted_certificates())
        self._watch = _Watch(timeout)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: str | bytes | None = None
    ) -> BoundedReply:
        """Send a request and return the reply; redirects are not followed, cookies not kept.

        Raises:
            NotConnected: nothing listens there, `url` is no address, or a header none of HTTP.
            ReplyUnreadable: the reply is too large, or its encoding is broken.
            ExchangeFailed: no whole HTTP reply came in time, or the time for all of them is over.
        """
        for name, value in headers.items():
            if not (value.isascii() and value.isprintable()):
                raise NotConnected(f"{name}: expected printable ASCII, as HTTP carries it")
        now = monotonic()
        self._began = now if self._began is None else self._began
        if now - self._began > self._total:
            raise ExchangeFailed(f"its replies took longer than {self._total:g} s in all")
        try:
            return self._send(method, url, headers, content)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol) as error:
            self._watch.check()
            raise NotConnected(str(error)) from error
        except (httpx2.InvalidURL, UnicodeError) as error:  # a host of longer parts than DNS has
            raise NotConnected(f"{url[:200]!r} is no address: {error}") from error
        except httpx2.DecodingError as error:
            raise ReplyUnreadable(f"the reply's encoding is broken: {error}") from error
        except httpx2.RequestError as error:
            self._watch.check()
            raise ExchangeFailed(str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
        self._watch.close()

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: str | bytes | None
    ) -> BoundedReply:
        request = self._client.build_request(
            method,
            url,
            headers=dict(headers),
            content=content,
            extensions={"trace": self._watch.trace},
        )
        with self._watch:
            reply = self._client.send(request, stream=True)
            try:
                body = self._read(reply)
            finally:
                reply.close()
        if "set-cookie" in reply.headers:
            self._client.cookies.clear()
        return BoundedReply(url, reply.status_code, reply.headers, body)

    def _read(self, reply: httpx2.Response) -> bytes:
        pieces: list[bytes] = []
        size = 0
        for piece in reply.iter_bytes():
            size += len(piece)
            if size > self._max_bytes:
                raise ReplyUnreadable(f"the reply is larger than {self._max_bytes:,} bytes")
            pieces.append(piece)
        return b"".join(pieces)


class _Watch:
    """Cuts the connection of an exchange that takes longer than its time."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._ends: float | None = None
        self._cut = False
        self._connection: socket.socket | None = None
        self._closed = Event()
        self._thread = Thread(target=self._run, name="exchange-watch", daemon=True)

    def __enter__(self) -> None:
        """Begin an exchange."""
        if not self._thread.ident:
            self._thread.start()
        self._cut = False
        self._ends = monotonic() + self._timeout

    def __exit__(self, kind: object, *_: object) -> None:
        """End it; the connection of one that failed is not used again."""
        self._ends = None
        if kind is not None:
            self._let_go()

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Remember the connection as soon as there is one, before any TLS handshake on it."""
        if name == _CONNECTED:
            self._let_go()
            # A descriptor of our own, since a TLS handshake takes the client's away.
            self._connection = info["return_value"].get_extra_info("socket").dup()

    def check(self) -> None:
        """Raise ExchangeFailed if the exchange was cut because its time was over."""
        if self._cut:
            raise ExchangeFailed(f"no whole reply within {self._timeout:g} s")

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()
        self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _run(self) -> None:
        pause = max(_SHORTEST_CHECK, self._timeout / _CHECKS_PER_TIMEOUT)
        while not self._closed.wait(pause):
            ends, connection = self._ends, self._connection
            if ends is not None and monotonic() > ends and connection is not None:
                self._cut = True
                with suppress(OSError):  # it has ended by itself
                    connection.shutdown(socket.SHUT_RDWR)
