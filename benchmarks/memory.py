"""How much 100,000 events make a process grow: a server's loop, and a simulation that reports."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rows import Row, alone, at_most

from mock_service.clock import ManualClock
from mock_service.loop.decision import Action, RankRequest
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings
from simulator.scenario.catalogue import find_scenario
from simulator.simulations import RunOptions, simulate

ROUNDS = 3
EVENTS = 100_000
WARM_UP = 20_000
_PAGE = os.sysconf("SC_PAGE_SIZE")


def measure() -> list[Row]:
    """Return the growth in MB, each time measured in a process of its own."""
    loop = [_measure("loop") for _ in range(ROUNDS)]
    simulation = [_measure("long") - _measure("short") for _ in range(ROUNDS)]
    return [
        alone("memory, 100,000 more events in a loop", "MB", loop, at_most(10)),
        alone("memory, 100,000 more visits in a simulation", "MB", simulation, at_most(50)),
    ]


def _measure(what: str) -> float:
    command = [sys.executable, __file__, what]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def loop_growth() -> float:
    """Rank and reward, with contexts that seldom come again, and return the growth."""
    clock = ManualClock(datetime(2026, 1, 5, tzinfo=UTC))
    loop = build_loop(LoopSettings(), clock)
    actions = tuple(Action(f"a{n}", f'[{{"topic":"{n}"}}]') for n in range(5))
    before = 0.0
    for number in range(WARM_UP + EVENTS):
        if number == WARM_UP:
            before = _resident()
        clock.advance(timedelta(milliseconds=100))
        context = f'[{{"user":"u{number % 50}"}},{{"minutes":{number % 997}}}]'
        decision = loop.rank(RankRequest(f"event-{number}", context, actions))
        loop.reward(f"event-{number}", float(decision.order[0] == number % 5))
    return _resident() - before


def peak_after(visits: int) -> float:
    """Simulate so many visits, and return the most memory that took."""
    simulate(find_scenario("news"), LoopSettings(), RunOptions(visits))
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(peak) / 1e3


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6


if __name__ == "__main__":
    MEASUREMENTS: dict[str, Callable[[], object]] = {
        "loop": loop_growth,
        "short": lambda: peak_after(WARM_UP),
        "long": lambda: peak_after(WARM_UP + EVENTS),
    }
    print(MEASUREMENTS[sys.argv[1]]())
