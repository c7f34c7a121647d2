"""Load on an HTTP server: from wrk where it is installed, and from this process where it is not.

A generator in Python takes a good part of one of the cores that the server needs; wrk hardly any.
"""

import json
import selectors
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import perf_counter

from requests_file import Traffic, rank_templates, reward_template
from serving import connect

WRK = shutil.which("wrk")
GENERATOR = "wrk" if WRK else "a loop in Python (with wrk installed: steadier)"
_SCRIPT = Path(__file__).with_name("load.lua")
_END_OF_HEADERS = b"\r\n\r\n"
_NO_REWARDS = -1


@dataclass(frozen=True, slots=True)
class Sample:
    """What one spell of load measured: requests a second, and latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


def load(port: int, traffic: Traffic, seconds: int) -> Sample:
    """Send requests over the traffic's connections, each the next when its reply is there."""
    return _from_wrk(WRK, port, traffic, seconds) if WRK else _from_here(port, traffic, seconds)


def _from_wrk(wrk: str, port: int, traffic: Traffic, seconds: int) -> Sample:
    lag = traffic.lag if traffic.rewarded else _NO_REWARDS
    with NamedTemporaryFile("w", newline="", suffix=".requests") as file:
        file.write("\1".join([*rank_templates(), reward_template()]))
        file.flush()
        command = [wrk, "-t1", f"-c{traffic.connections}", f"-d{seconds}s", "--latency"]
        command += ["-s", str(_SCRIPT), f"http://127.0.0.1:{port}", "--"]
        command += [file.name, traffic.prefix, str(lag)]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    measured = json.loads(text.splitlines()[-1])
    if measured["errors"]:
        sys.exit(f"{measured['errors']} requests went wrong:\n{text}")
    rate = measured["requests"] / measured["seconds"]
    return Sample(rate, measured["p50"] * 1000, measured["p99"] * 1000)


def _from_here(port: int, traffic: Traffic, seconds: int) -> Sample:
    sockets = {one.fileno(): one for one in (connect(port) for _ in range(traffic.connections))}
    began = perf_counter()
    latencies = sorted(_latencies(sockets, traffic.requests(), began + seconds))
    took = perf_counter() - began
    for one in sockets.values():
        one.close()
    last = len(latencies)
    return Sample(last / took, latencies[last // 2] * 1000, latencies[int(last * 0.99)] * 1000)


def _latencies(
    sockets: dict[int, socket.socket], requests: Iterator[bytes], until: float
) -> Iterator[float]:
    with selectors.DefaultSelector() as selector:
        for connection in sockets.values():
            selector.register(connection, selectors.EVENT_READ, perf_counter())
            connection.sendall(next(requests))
        while selector.get_map():
            for key, _ in selector.select():
                connection = sockets[key.fd]
                _read_reply(connection)
                now = perf_counter()
                yield now - key.data
                if now > until:
                    selector.unregister(connection)
                    continue
                selector.modify(connection, selectors.EVENT_READ, now)
                connection.sendall(next(requests))


def _read_reply(connection: socket.socket) -> None:
    data = b""
    while _END_OF_HEADERS not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(_END_OF_HEADERS)
    if not head.startswith((b"HTTP/1.1 201", b"HTTP/1.1 204")):
        sys.exit(f"unexpected reply: {data[:200]!r}")
    if b"content-length: " not in head.lower():
        return
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
