"""Load on an HTTP server: prepared requests over a few kept-alive connections."""

import json
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

CONNECTIONS = 8
_END_OF_HEADERS = b"\r\n\r\n"


def post(path: str, body: object, key: str = "personalizer-lab-development-key") -> bytes:
    """Return a POST request as bytes."""
    content = json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Ocp-Apim-Subscription-Key: {key}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


@contextmanager
def process(*command: str, port: int) -> Iterator[int]:
    """Run a Python server until the block ends; yields its port once it answers."""
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, *command], cwd=root, stdout=subprocess.DEVNULL
    ) as server:
        try:
            _wait_for(port)
            yield port
        finally:
            server.terminate()


class Connections:
    """Some connections to one port, each of which sends its next request when it has a reply."""

    def __init__(self, port: int, count: int = CONNECTIONS) -> None:
        self._sockets = [_connected(port) for _ in range(count)]
        self._by_number = {connection.fileno(): connection for connection in self._sockets}

    def seconds_for(self, requests: Sequence[bytes]) -> float:
        """Send all `requests` and return how long it took."""
        began = perf_counter()
        self.latencies_of(requests)
        return perf_counter() - began

    def latencies_of(self, requests: Sequence[bytes]) -> list[float]:
        """Send all `requests` and return how long each waited for its reply, in seconds."""
        left, latencies = iter(requests), []
        with selectors.DefaultSelector() as selector:
            for connection in self._sockets:
                selector.register(connection, selectors.EVENT_READ, 0.0)
                _send_next(selector, connection, left)
            while selector.get_map():
                for key, _ in selector.select():
                    connection = self._by_number[key.fd]
                    _read_reply(connection)
                    latencies.append(perf_counter() - key.data)
                    _send_next(selector, connection, left)
        return latencies

    def close(self) -> None:
        """Hang up."""
        for connection in self._sockets:
            connection.close()


def _send_next(
    selector: selectors.BaseSelector, connection: socket.socket, left: Iterator[bytes]
) -> None:
    request = next(left, None)
    if request is None:
        selector.unregister(connection)
        return
    selector.modify(connection, selectors.EVENT_READ, perf_counter())
    connection.sendall(request)


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _read_reply(connection: socket.socket) -> None:
    data = b""
    while _END_OF_HEADERS not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(_END_OF_HEADERS)
    if not head.startswith((b"HTTP/1.1 201", b"HTTP/1.1 204")):
        sys.exit(f"unexpected reply: {data[:200]!r}")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)


def _wait_for(port: int) -> None:
    while True:
        try:
            _connected(port).close()
        except OSError:
            sleep(0.05)
        else:
            return
