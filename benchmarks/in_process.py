"""An in-process simulation of the news scenario against coba and against a hand-written loop."""

from statistics import median
from time import perf_counter

from peers import HandwrittenLoop, coba_seconds

from mock_service.settings import LoopSettings
from simulator.build import RunOptions, simulate
from simulator.scenario.catalogue import find_scenario

ROUNDS = 7
INTERACTIONS = 20_000
COBA_INTERACTIONS = 4_000


def lab_seconds(count: int) -> float:
    """Return how long `count` interactions take, from nothing to the summary."""
    scenario = find_scenario("news")
    began = perf_counter()
    simulate(scenario, LoopSettings(), RunOptions(count))
    return perf_counter() - began


def measure() -> dict[str, tuple[float, float]]:
    """Return medians of interactions per second, and ratios, each with its spread."""
    lab_seconds(2000)
    runs = [
        (
            INTERACTIONS / lab_seconds(INTERACTIONS),
            COBA_INTERACTIONS / coba_seconds(COBA_INTERACTIONS),
            INTERACTIONS / HandwrittenLoop().seconds(INTERACTIONS),
        )
        for _ in range(ROUNDS)
    ]
    return {
        "simulation in process, interactions/s": spread([lab for lab, _, _ in runs]),
        "coba, interactions/s": spread([coba for _, coba, _ in runs]),
        "hand-written loop, interactions/s": spread([hand for _, _, hand in runs]),
        "ratio to coba (wanted: 5)": spread([lab / coba for lab, coba, _ in runs]),
        "ratio to the hand-written loop (wanted: 0.5)": spread([lab / h for lab, _, h in runs]),
    }


def spread(figures: list[float]) -> tuple[float, float]:
    """Return the median, and half the distance between the quartiles."""
    ordered = sorted(figures)
    quarter = len(ordered) // 4
    return median(ordered), (ordered[-1 - quarter] - ordered[quarter]) / 2
