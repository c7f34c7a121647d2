"""What the pytest fixture costs a suite: its server's start, and the reset before each test."""

import subprocess
import sys
from statistics import median, stdev
from time import perf_counter

from mock_service.testing import LocalPersonalizer

STARTS = 7
RESETS = 300
_START = (
    "from time import perf_counter; began = perf_counter(); "
    "from mock_service.testing import LocalPersonalizer; "
    "running = LocalPersonalizer().start(); print(perf_counter() - began); running.stop()"
)
_ACTIONS = [{"id": f"a{number}", "features": [{"topic": number}]} for number in range(5)]


def measure() -> dict[str, tuple[float, float]]:
    """Return seconds to start, imports included, and milliseconds to reset after a lesson."""
    starts = [_seconds_to_start() for _ in range(STARTS)]
    with LocalPersonalizer() as personalizer:
        resets = [_milliseconds_to_reset(personalizer) for _ in range(RESETS)]
    return {
        "start of the fixture's server, s (wanted: < 1.5)": (median(starts), stdev(starts)),
        "reset before a test, ms (wanted: < 5)": (median(resets), stdev(resets)),
    }


def _seconds_to_start() -> float:
    """Start in a process of its own, where nothing is imported yet."""
    done = subprocess.run(
        [sys.executable, "-c", _START], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def _milliseconds_to_reset(personalizer: LocalPersonalizer) -> float:
    personalizer.teach({"hour": 9}, _ACTIONS[0], 1.0)
    began = perf_counter()
    personalizer.reset()
    return (perf_counter() - began) * 1000


if __name__ == "__main__":
    for name, (figure, around) in measure().items():
        print(f"{name}: {figure:.3f} +/- {around:.3f}")
