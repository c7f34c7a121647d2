"""A burst of connections waits in the kernel, whatever event loop accepts them."""

import errno
import signal
import socket
from contextlib import ExitStack
from pathlib import Path
from select import select
from urllib.parse import urlsplit

import pytest

from tests.helpers.servers import process_of_server

BURST = 120
"""More than are accepted at once, and fewer than any kernel lets wait."""


@pytest.mark.parametrize("parser", ["httptools", "h11"])
def test_a_burst_is_connected_while_the_server_does_something_else(
    parser: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is dropped, which its client would notice a second later."""
    monkeypatch.setenv("PERSONALIZER_LAB_FOLDER", str(tmp_path))
    with (
        process_of_server("--http-parser", parser) as (process, endpoint),
        ExitStack() as opened,
    ):
        address = urlsplit(endpoint.url)
        with socket.create_connection((address.hostname, address.port)) as first:
            first.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert first.recv(65536).startswith(b"HTTP/1.1 200 ")
        process.send_signal(signal.SIGSTOP)
        opened.callback(process.send_signal, signal.SIGCONT)
        clients = [opened.enter_context(socket.socket()) for _ in range(BURST)]
        for client in clients:
            client.setblocking(False)  # noqa: FBT003 # its only argument
            begun = client.connect_ex((address.hostname, address.port))
            assert begun in (0, errno.EINPROGRESS)

        assert len(select([], clients, [], 0.5)[1]) == BURST
