"""How long one waits: for a server's first answer, for a fixture, for a test's reset."""

import subprocess
import sys
from statistics import median
from time import perf_counter

from requests_file import Traffic
from rows import Row, against, alone, at_most, in_turn
from serving import BARE, IN_MEMORY, ROOT, connect, serving

from personalizer_lab import LocalPersonalizer

ROUNDS = 5
RESETS = 300
_FIXTURE = (
    "from time import perf_counter; began = perf_counter(); "
    "from personalizer_lab import LocalPersonalizer; "
    "running = LocalPersonalizer().start(); print(perf_counter() - began); running.stop()"
)
_ACTIONS = [{"id": f"a{number}", "features": [{"topic": number}]} for number in range(5)]
_SIMULATE = ("-m", "simulator", "simulate", "news", "--rounds", "1", "--quiet")


def measure() -> list[Row]:
    """Return seconds with imports, since every start is a process of its own."""
    rounds = in_turn(
        ROUNDS,
        lambda: _seconds_to_answer(IN_MEMORY),
        lambda: _seconds_to_answer(BARE),
        _seconds_to_fixture,
        _seconds_to_summary,
    )
    first, _, fixture, summary = (list(column) for column in zip(*rounds, strict=True))
    bare = [(one[0], one[1]) for one in rounds]
    return [
        against("bare FastAPI route", "start-up, serve to its first answer", "s", bare, None),
        alone("start-up, simulate to its summary of one visit", "s", summary),
        alone("start-up, the pytest fixture's server", "s", fixture, at_most(1.5)),
        alone("reset before a test", "ms", [_milliseconds_to_reset() for _ in first], at_most(5)),
    ]


def _seconds_to_answer(command: tuple[str, ...]) -> float:
    rank = next(Traffic(rewarded=False, prefix="first", connections=1).requests())
    began = perf_counter()
    with serving(command) as port, connect(port) as connection:
        connection.sendall(rank)
        answer = connection.recv(65536)
        took = perf_counter() - began
    if not answer.startswith(b"HTTP/1.1 201"):
        sys.exit(f"unexpected reply: {answer!r}")
    return took


def _seconds_to_fixture() -> float:
    done = subprocess.run(
        [sys.executable, "-c", _FIXTURE], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return float(done.stdout)


def _seconds_to_summary() -> float:
    began = perf_counter()
    subprocess.run([sys.executable, *_SIMULATE], check=True, capture_output=True, cwd=ROOT)
    return perf_counter() - began


def _milliseconds_to_reset() -> float:
    with LocalPersonalizer() as personalizer:
        return median(_reset_after_training(personalizer) for _ in range(RESETS))


def _reset_after_training(personalizer: LocalPersonalizer) -> float:
    personalizer.teach({"hour": 9}, _ACTIONS[0], 1.0)
    began = perf_counter()
    personalizer.reset()
    return (perf_counter() - began) * 1000
