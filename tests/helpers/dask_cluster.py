"""A real Dask scheduler and its workers, on loopback, each a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

from tests.helpers.servers import ROOT

_DASK = str(Path(sys.executable).parent / "dask")
_ADDRESS = re.compile(r"Scheduler at:\s+(tcp://\S+)")
Process = subprocess.Popen[str]


@contextmanager
def cluster(workers: int) -> Iterator[tuple[str, list[Process]]]:
    """Yield the scheduler's address and the processes of its workers, until the block ends."""
    with ExitStack() as stack:
        scheduler = stack.enter_context(_running("scheduler", "--host", "127.0.0.1", "--port", "0"))
        address = _address(scheduler)
        options = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
        yield (
            address,
            [stack.enter_context(_running("worker", address, *options)) for _ in range(workers)],
        )


@contextmanager
def _running(*arguments: str) -> Iterator[Process]:
    process = subprocess.Popen(
        [_DASK, *arguments, "--no-dashboard"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)
        assert process.stderr is not None
        process.stderr.close()


def _address(scheduler: Process) -> str:
    """Return where the scheduler says it listens, and let go of what it says after that."""
    assert scheduler.stderr is not None
    for line in scheduler.stderr:
        if found := _ADDRESS.search(line):
            Thread(target=scheduler.stderr.read, daemon=True).start()
            return found[1]
    raise AssertionError("the scheduler ended before it listened")
