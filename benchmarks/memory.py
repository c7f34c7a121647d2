"""How much 200,000 rank and reward rounds make the process grow."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mock_service.build import build_loop
from mock_service.clock import ManualClock
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import LoopSettings

ROUNDS = 200_000
WARM_UP = 5_000
_PAGE = os.sysconf("SC_PAGE_SIZE")


def measure() -> dict[str, tuple[float, float]]:
    """Return the growth in MB, measured in a process of its own."""
    output = subprocess.run(
        [sys.executable, __file__], check=True, capture_output=True, text=True
    ).stdout
    return {"growth over 200,000 rounds, MB (wanted: < 20)": (float(output), 0.0)}


def growth_in_megabytes() -> float:
    """Rank and reward, every context a new one for the last feature's sake."""
    clock = ManualClock(datetime(2026, 1, 5, tzinfo=UTC))
    loop = build_loop(LoopSettings(), clock)
    actions = tuple(Action(f"a{n}", f'[{{"topic":"{n}"}}]') for n in range(5))
    before = 0.0
    for number in range(WARM_UP + ROUNDS):
        if number == WARM_UP:
            before = _resident_megabytes()
        clock.advance(timedelta(milliseconds=100))
        context = f'[{{"user":"u{number % 50}"}},{{"minutes":{number % 997}}}]'
        decision = loop.rank(RankRequest(f"event-{number}", context, actions))
        loop.reward(f"event-{number}", float(decision.order[0] == number % 5))
    return _resident_megabytes() - before


def _resident_megabytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6


if __name__ == "__main__":
    print(growth_in_megabytes())
