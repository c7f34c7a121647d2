"""How long this machine's disk takes to keep something: no durable answer can be faster."""

import os
from tempfile import NamedTemporaryFile
from time import perf_counter

from rows import Row, alone

ROUNDS = 5
WRITES = 200
_BLOCK = os.urandom(4096)


def measure() -> list[Row]:
    """Return how long writes wait for the disk, where the servers under load keep their data."""
    rounds = [_waits() for _ in range(ROUNDS)]
    name = "the disk itself, 4 KiB written and synced"
    return [
        alone(f"{name}: p50", "ms", [waits[WRITES // 2] for waits in rounds]),
        alone(f"{name}: p99", "ms", [waits[int(WRITES * 0.99)] for waits in rounds]),
    ]


def _waits() -> list[float]:
    """Return the sorted waits of some writes, in milliseconds."""
    with NamedTemporaryFile(buffering=0) as file:
        return sorted(_wait(file.fileno()) for _ in range(WRITES))


def _wait(file: int) -> float:
    began = perf_counter()
    os.write(file, _BLOCK)
    os.fsync(file)
    return (perf_counter() - began) * 1000
