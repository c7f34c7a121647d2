"""A server of bytes: it answers every request with what a test wants, right or not."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from time import sleep

Pieces = list[bytes] | Iterator[bytes]
Answer = Callable[[str, bytes], Pieces]
"""From a request's path and body to the pieces of a reply."""


def reply(status: int, body: bytes = b"", *headers: str) -> list[bytes]:
    """Return a whole reply."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return ["\r\n".join(lines).encode() + body]


def drip(beginning: bytes) -> Iterator[bytes]:
    """Send the beginning of a reply, and then a byte now and then."""
    yield beginning
    for piece in repeat(b" "):
        sleep(0.05)
        yield piece


def pour(beginning: bytes) -> Iterator[bytes]:
    """Send a reply without end."""
    yield beginning
    yield from repeat(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


@contextmanager
def answering_with(answer: Answer) -> Iterator[str]:
    """Serve answers on a port of this machine; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, answer), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, answer: Answer) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_serve, args=(client, answer), daemon=True).start()


def _serve(client: socket.socket, answer: Answer) -> None:
    rest = b""
    with client, suppress(OSError):
        while True:
            while b"\r\n\r\n" not in rest:
                rest += (more := client.recv(65536))
                if not more:
                    return
            head, rest = rest.split(b"\r\n\r\n", 1)
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            while length and len(rest) < int(length[1]):
                rest += client.recv(65536)
            size = int(length[1]) if length else 0
            body, rest = rest[:size], rest[size:]
            for piece in answer(head.split(b" ")[1].decode("latin-1"), body):
                client.sendall(piece)
