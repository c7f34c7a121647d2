"""A grid of runs: two workers against one, and all workers against coba's own processes."""

import os
from time import perf_counter

import coba
from in_process import spread
from peers import NewsEnvironment

from simulator import compare

ROUNDS = 5
RATES = (0.0, 0.1, 0.2, 1.0)
SEEDS = 10
VISITS = 3000
WORKERS = min(2, os.cpu_count() or 1)


def lab_seconds(workers: int) -> float:
    """Return how long the grid takes with so many workers, from the plan to the findings."""
    began = perf_counter()
    compare("news", {"exploration": RATES}, seeds=SEEDS, rounds=VISITS, workers=workers)
    return perf_counter() - began


def coba_seconds(workers: int) -> float:
    """Return how long coba's experiment takes on as many runs of the same scenario."""
    environments = coba.Environments([NewsEnvironment(VISITS, seed + 1) for seed in range(SEEDS)])
    learners = [coba.VowpalEpsilonLearner(epsilon=rate) for rate in RATES]
    began = perf_counter()
    coba.Experiment(environments, learners).run(processes=workers, quiet=True)
    return perf_counter() - began


def measure() -> dict[str, tuple[float, float]]:
    """Return medians of visits per second, and ratios, each with its spread."""
    visits = len(RATES) * SEEDS * VISITS
    times = [(lab_seconds(1), lab_seconds(WORKERS), coba_seconds(WORKERS)) for _ in range(ROUNDS)]
    return {
        "a grid of 40 runs, visits/s": spread([visits / lab for _, lab, _ in times]),
        "the same with coba's processes, visits/s": spread([visits / peer for _, _, peer in times]),
        "time with 2 workers to that with 1 (wanted: 0.6)": spread([b / a for a, b, _ in times]),
        "ratio to coba's processes (wanted: 8)": spread([peer / lab for _, lab, peer in times]),
    }


if __name__ == "__main__":  # workers import this file
    for name, figure in measure().items():
        print(name, figure)
