"""The server's side of a connection."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.helpers.servers import served

pytestmark = pytest.mark.usefixtures("http_parser")


def test_a_reply_is_sent_whole() -> None:
    """Head and body in one piece: a client that waits for one of them has the other, too."""
    body = b'{"eventId":"e","actions":[{"id":"a","features":[{"x":1}]}]}'
    with served() as endpoint:
        address = urlsplit(endpoint.url)
        head = (
            f"POST /personalizer/v1.0/rank HTTP/1.1\r\nHost: localhost\r\n"
            f"Ocp-Apim-Subscription-Key: {endpoint.key}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((address.hostname, address.port)) as connection:
            for _ in range(20):
                connection.sendall(head.encode() + body)
                reply = connection.recv(65536)

                assert reply.startswith(b"HTTP/1.1 201 ")
                assert reply.endswith(b'"rewardActionId":"a"}')
