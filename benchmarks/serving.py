"""Servers under load, each a process of its own on a free port."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

ROOT = Path(__file__).parents[1]
BARE = ("benchmarks/bare.py", "{port}")
BARE_ASGI = ("benchmarks/bare_asgi.py", "{port}")
DURABLE = ("-m", "mock_service", "serve", "--port", "{port}", "--data-dir", "{folder}")
IN_MEMORY = ("-m", "mock_service", "serve", "--port", "{port}", "--in-memory")


@contextmanager
def serving(
    command: tuple[str, ...],
    folder: str = "",
    *,
    python: str = sys.executable,
    source: Path | None = None,
) -> Iterator[int]:
    """Run a Python server until the block ends; yields its port once it answers.

    `python` and `source` are those of another commit, where it is that one's server.
    """
    port = _free_port()
    words = [word.format(port=port, folder=folder) for word in command]
    with subprocess.Popen(
        [python, *words],
        cwd=source or ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.terminate()


def connect(port: int) -> socket.socket:
    """Return a connection that sends at once."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            connect(port).close()
        except OSError:
            sleep(0.01)
        else:
            return
    sys.exit(f"a server ended at its start: {server.args!r}")
