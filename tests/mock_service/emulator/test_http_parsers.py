"""What requests look like on the wire is read alike by every parser of them."""

import json
import socket
from contextlib import suppress
from time import sleep
from urllib.parse import urlsplit

import pytest

from tests.helpers.servers import DEVELOPMENT_KEY, Endpoint, served

pytestmark = pytest.mark.usefixtures("http_parser")

KEY = f"Ocp-Apim-Subscription-Key: {DEVELOPMENT_KEY}\r\n".encode()
BODY = b'{"eventId":"e","actions":[{"id":"a","features":[{"x":1}]}]}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
HEAD = b"POST /personalizer/v1.0/rank HTTP/1.1\r\nHost: localhost\r\n" + KEY
RANK = HEAD + LENGTH + b"\r\n" + BODY
STATUS = b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"


def talk(endpoint: Endpoint, *sent: bytes, replies: int = 1) -> list[bytes]:
    """Send some pieces over one connection, and return the replies until it is closed."""
    address = urlsplit(endpoint.url)
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        for piece in sent:
            connection.sendall(piece)
            sleep(0.02)
        while received.count(b"HTTP/1.1 ") < replies or not _is_whole(received):
            with suppress(ConnectionResetError):
                if chunk := connection.recv(65536):
                    received += chunk
                    continue
            break
    return [b"HTTP/1.1 " + reply for reply in received.split(b"HTTP/1.1 ")[1:]]


def _is_whole(received: bytes) -> bool:
    """Return whether the last reply has its body, as far as its head says."""
    head, _, body = received.rpartition(b"HTTP/1.1 ")[2].partition(b"\r\n\r\n")
    lines = [line.lower() for line in head.split(b"\r\n")]
    lengths = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
    return len(body) >= (lengths[0] if lengths else 0)


def status(reply: bytes) -> int:
    """Return a reply's status."""
    return int(reply.split(b" ", 2)[1])


def test_requests_that_are_sent_at_once_are_answered_in_their_order() -> None:
    """However many fit into one piece."""
    sent = b"".join(
        HEAD + LENGTH + b"\r\n" + BODY.replace(b'"e"', b'"%d"' % number) for number in range(10, 60)
    )
    sent = sent.replace(b"Content-Length: 59", b"Content-Length: 60")
    with served() as endpoint:
        found = talk(endpoint, sent, replies=50)

    assert [status(reply) for reply in found] == [201] * 50
    ids = [json.loads(reply.partition(b"\r\n\r\n")[2])["eventId"] for reply in found]
    assert ids == [str(number) for number in range(10, 60)]


def test_a_body_may_come_in_chunks() -> None:
    """Of any size, with a trailer behind them."""
    parts = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:1], BODY[1:40], BODY[40:])
    )
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + parts + b"0\r\n\r\n"
    with served() as endpoint:
        whole = talk(endpoint, chunked)
        pieces = talk(endpoint, *[chunked[at : at + 50] for at in range(0, len(chunked), 50)])

    assert [status(reply) for reply in (*whole, *pieces)] == [201, 201]


def test_a_client_that_waits_to_be_asked_for_the_body_is_asked() -> None:
    """100 comes before the reply, and before the body."""
    with served() as endpoint:
        found = talk(endpoint, HEAD + LENGTH + b"Expect: 100-continue\r\n\r\n", BODY, replies=2)

    assert [status(reply) for reply in found] == [100, 201]


@pytest.mark.parametrize("behind", [b"", RANK], ids=["alone", "with another behind it"])
def test_a_request_that_would_rather_have_another_protocol_is_answered_in_this_one(
    behind: bytes,
) -> None:
    """Its body is read, whether it comes at once or in pieces: Java's client asks for h2c."""
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    asked = HEAD + LENGTH + upgrade + b"\r\n" + BODY
    replies = 2 if behind else 1
    with served() as endpoint:
        whole = talk(endpoint, asked + behind, replies=replies)
        pieces = talk(endpoint, asked[:60], asked[60:-20], asked[-20:] + behind, replies=replies)
        later = talk(endpoint, RANK, asked, RANK, replies=3)

    assert [status(reply) for reply in (*whole, *pieces, *later)] == [201] * (2 * replies + 3)


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /status HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        HEAD + LENGTH + b"Transfer-Encoding: gzip\r\n\r\n" + BODY,
        HEAD + b"Content-Length: -1\r\n\r\n",
    ],
)
def test_what_is_no_request_is_400_and_the_end_of_the_connection(sent: bytes) -> None:
    """And nothing of it is handled."""
    with served() as endpoint:
        found = talk(endpoint, sent, replies=2)

        assert endpoint.send("GET", "/mock/learning").json()["decisions"] == 0
    assert [status(reply) for reply in found] in ([400], [501])


def test_a_head_without_end_is_refused() -> None:
    """Whether in one line or in many; others are answered meanwhile."""
    lines = b"GET /status HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 20_000
    line = b"GET /status HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 200_000
    with served() as endpoint:
        for head in (lines, line):
            pieces = [head[at : at + 20_000] for at in range(0, len(head), 20_000)]
            found = _until_refused(endpoint, pieces)

            assert found.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 ")) or found == b"reset"
        assert status(talk(endpoint, STATUS)[0]) == 200


def _until_refused(endpoint: Endpoint, pieces: list[bytes]) -> bytes:
    address = urlsplit(endpoint.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                sleep(0.02)
            return connection.recv(65536)
        except ConnectionError:
            return b"reset"


def test_a_thousand_requests_at_once_harm_nobody_else() -> None:
    """They are answered, or the connection is cut: no client has that many under way."""
    with served() as endpoint:
        found = talk(endpoint, RANK * 1000, replies=1000)

        assert {status(reply) for reply in found} <= {201}
        assert status(talk(endpoint, STATUS)[0]) == 200


def test_headers_may_end_in_a_line_feed_alone() -> None:
    """As those of clients that people write by hand."""
    head, _, body = RANK.partition(b"\r\n\r\n")
    first, _, headers = head.partition(b"\r\n")
    sent = first + b"\r\n" + headers.replace(b"\r\n", b"\n") + b"\r\n\r\n" + body
    with served() as endpoint:
        found = talk(endpoint, sent, STATUS, replies=2)

    assert [status(reply) for reply in found] == [201, 200]


def test_head_is_answered_without_a_body() -> None:
    """And the next request on the connection is read."""
    head = b"HEAD /status HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with served() as endpoint:
        found = talk(endpoint, head, STATUS, replies=2)

    assert [status(reply) for reply in found] == [200, 200]
    assert found[0].endswith(b"\r\n\r\n")
