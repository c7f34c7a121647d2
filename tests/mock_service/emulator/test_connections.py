"""Half requests, silent clients and too many of them: what others notice is nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from time import perf_counter, sleep
from urllib.parse import urlsplit

import pytest

from mock_service.limits import Limits
from mock_service.settings import DEVELOPMENT_KEY, Settings
from personalizer_lab import LocalPersonalizer
from tests.helpers.servers import ARTICLES, Endpoint, served

pytestmark = pytest.mark.usefixtures("http_parser")
HEAD = (
    b"POST /personalizer/v1.0/rank HTTP/1.1\r\nHost: localhost\r\n"
    b"Ocp-Apim-Subscription-Key: %s\r\nContent-Length: 1000000\r\n\r\n" % DEVELOPMENT_KEY.encode()
)
STATUS = b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE_SECONDS = 10


@contextmanager
def bounded(limits: Limits) -> Iterator[Endpoint]:
    """Serve within other bounds."""
    with served(Settings(limits=limits)) as endpoint:
        yield endpoint


def connect(endpoint: Endpoint | str, sent: bytes = b"") -> socket.socket:
    """Open a connection and send something."""
    address = urlsplit(endpoint if isinstance(endpoint, str) else endpoint.url)
    connection = socket.create_connection((address.hostname, address.port), PATIENCE_SECONDS)
    connection.sendall(sent)
    return connection


def read_to_end(connection: socket.socket) -> bytes:
    """Return all that the server sends until it closes."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize("half", [STATUS[:12], HEAD[:60], HEAD, HEAD + b"x" * 300_000])
def test_a_request_that_does_not_arrive_is_ended_with_408(half: bytes) -> None:
    """Whether the head or the body is missing; it says which limit that was."""
    with bounded(Limits(request_seconds=1)) as endpoint, connect(endpoint, half) as connection:
        reply = read_to_end(connection)

    assert reply.startswith(b"HTTP/1.1 408 ")
    assert b"request-seconds" in reply


def test_a_request_that_drips_has_no_more_time() -> None:
    """Each byte is no new beginning."""
    with bounded(Limits(request_seconds=1)) as endpoint, connect(endpoint, HEAD) as connection:
        began = perf_counter()
        with suppress(ConnectionError):
            while perf_counter() - began < PATIENCE_SECONDS:
                connection.sendall(b" ")
                sleep(0.05)

    assert perf_counter() - began < PATIENCE_SECONDS


def test_a_connection_that_says_nothing_is_closed_without_a_word() -> None:
    """A browser opens one to have it when it needs it."""
    with bounded(Limits(request_seconds=1)) as endpoint, connect(endpoint) as connection:
        assert read_to_end(connection) == b""


def test_a_connection_that_is_kept_alive_has_its_own_time() -> None:
    """Between two requests none is late."""
    with bounded(Limits(request_seconds=1)) as endpoint, connect(endpoint, STATUS) as connection:
        connection.recv(65536)
        sleep(3)
        connection.sendall(STATUS)

        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_too_many_close_the_one_that_waits_longest_and_nobody_else() -> None:
    """A newcomer is served."""
    with bounded(Limits(connections=8)) as endpoint, ExitStack() as opened:
        half = [opened.enter_context(connect(endpoint, HEAD)) for _ in range(30)]
        newcomer = opened.enter_context(connect(endpoint, STATUS))

        assert newcomer.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert read_to_end(half[0]) == b""
        half[-1].settimeout(0.2)
        with pytest.raises(TimeoutError):
            half[-1].recv(1)


def test_a_client_that_has_asked_before_is_safe_from_those_that_never_do() -> None:
    """It keeps its connection for later, and has waited longer than any of them."""
    with bounded(Limits(connections=8)) as endpoint, ExitStack() as opened:
        client = opened.enter_context(connect(endpoint, STATUS))
        client.recv(65536)
        for sent in (b"", HEAD[:60], HEAD) * 10:
            opened.enter_context(connect(endpoint, sent))
        sleep(0.3)
        client.sendall(STATUS)

        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_request_under_way_is_safe_from_those_that_come() -> None:
    """It is answered, however many open connections meanwhile."""
    with (
        bounded(Limits(connections=8)) as endpoint,
        ExitStack() as opened,
    ):
        endpoint.post("/mock/faults", {"operation": "rank", "latency": 1})
        statuses: list[int] = []
        ranking = threading.Thread(
            target=lambda: statuses.append(endpoint.rank({"actions": ARTICLES}).status_code)
        )
        ranking.start()
        sleep(0.3)
        for _ in range(30):
            opened.enter_context(connect(endpoint, HEAD))
        ranking.join()

    assert statuses == [201]


def test_bodies_that_never_end_are_bounded_together() -> None:
    """The one that waits longest goes first; one alone may take all there is."""
    with bounded(Limits(request_bytes=1_000_000)) as endpoint, ExitStack() as opened:
        half = []
        for _ in range(4):
            half.append(opened.enter_context(connect(endpoint, HEAD + b" " * 400_000)))
            sleep(0.2)

        assert read_to_end(half[0]) == b""
        half[-1].settimeout(0.2)
        with pytest.raises(TimeoutError):
            half[-1].recv(1)


def test_a_large_body_cuts_nobody_off_and_is_not_cut_off() -> None:
    """A snapshot that is being restored is larger than all that others send."""
    size = 3 * 2**20
    large = HEAD.replace(b"1000000", b"%d" % size).replace(
        b"/personalizer/v1.0/rank", b"/mock/restore"
    )
    with bounded(Limits(request_bytes=2**20)) as endpoint, connect(endpoint, large) as upload:
        upload.sendall(bytes(size - 1))
        assert endpoint.post("/personalizer/v1.0/rank", {"actions": ARTICLES}).status_code == 201
        upload.sendall(b"x")

        assert upload.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_a_client_that_does_not_read_is_not_waited_for() -> None:
    """Its reply goes with it."""
    with bounded(Limits(request_seconds=1)) as endpoint:
        for number in range(20):
            body = {"actions": ARTICLES, "contextFeatures": [{"x": f"{number}" * 400_000}]}
            endpoint.rank(body)
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(PATIENCE_SECONDS)
            address = urlsplit(endpoint.url)
            connection.connect((address.hostname, address.port))
            key = DEVELOPMENT_KEY.encode()
            connection.sendall(
                b"GET /mock/calls HTTP/1.1\r\nHost: localhost\r\n"
                b"Ocp-Apim-Subscription-Key: %s\r\n\r\n" % key
            )
            sleep(4)
            received = len(read_to_end(connection))

    assert received < 5_000_000


def test_a_server_ends_at_once_with_half_requests_open() -> None:
    """They would never end by themselves."""
    personalizer = LocalPersonalizer().start()
    with connect(personalizer.endpoint, HEAD), connect(personalizer.endpoint, STATUS[:9]):
        sleep(0.2)
        began = perf_counter()
        personalizer.stop()

    assert perf_counter() - began < 5


def test_a_head_of_fifty_kilobytes_is_a_request_however_it_arrives() -> None:
    """In one piece or in many."""
    head = b"GET /status HTTP/1.1\r\nHost: localhost\r\nX: %s\r\n\r\n" % (b"x" * 50_000)
    with bounded(Limits()) as endpoint, connect(endpoint, head) as connection:
        whole = connection.recv(65536)
        for start in range(0, len(head), 10_000):
            connection.sendall(head[start : start + 10_000])
            sleep(0.02)
        pieces = connection.recv(65536)

    assert whole.startswith(b"HTTP/1.1 200 ")
    assert pieces.startswith(b"HTTP/1.1 200 ")
