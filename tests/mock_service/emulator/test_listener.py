"""A burst of connections waits in the kernel, whatever event loop accepts them."""

import errno
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from select import select
from urllib.parse import urlsplit

import pytest

from tests.helpers.servers import ROOT, exports_of

BURST = 120
"""More than are accepted at once, and fewer than any kernel lets wait."""


@pytest.mark.parametrize("parser", ["httptools", "h11"])
def test_a_burst_is_connected_while_the_server_does_something_else(
    parser: str, tmp_path: Path
) -> None:
    """None is dropped, which its client would notice a second later."""
    command = [sys.executable, "-m", "simulator", "serve", "--port", "0", "--in-memory"]
    with (
        subprocess.Popen(
            [*command, "--http-parser", parser],
            cwd=ROOT,
            env={**os.environ, "PERSONALIZER_LAB_FOLDER": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
        ExitStack() as opened,
    ):
        try:
            address = urlsplit(exports_of(process).url)
            with socket.create_connection((address.hostname, address.port)) as first:
                first.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert first.recv(65536).startswith(b"HTTP/1.1 200 ")
            process.send_signal(signal.SIGSTOP)
            clients = [opened.enter_context(socket.socket()) for _ in range(BURST)]
            for client in clients:
                client.setblocking(False)  # noqa: FBT003 # its only argument
                assert client.connect_ex((address.hostname, address.port)) in (
                    0,
                    errno.EINPROGRESS,
                )

            assert len(select([], clients, [], 0.5)[1]) == BURST
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(timeout=20)
