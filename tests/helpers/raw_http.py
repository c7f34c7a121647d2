"""Requests written by hand: what no client library would send."""

import socket
from urllib.parse import urlsplit

from tests.helpers.servers import Endpoint


def ask(endpoint: Endpoint, head: str, body: bytes = b"") -> int:
    """Send a request's head, without the empty line, and a body; return the reply's status."""
    with connected(endpoint) as connection:
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode() + body)
        return status(connection)


def connected(endpoint: Endpoint) -> socket.socket:
    """Return a connection to a server."""
    address = urlsplit(endpoint.url)
    return socket.create_connection((address.hostname, address.port), timeout=10)


def status(connection: socket.socket) -> int:
    """Read a reply's status line."""
    return int(connection.recv(65536).split(b" ", 2)[1])
