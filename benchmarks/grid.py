"""A grid of runs: two workers against one, and both against coba's own processes."""

from time import perf_counter

from peers import coba_seconds
from rows import Row, against, at_least, in_turn

from simulator import compare

ROUNDS = 3
RATES = (0.0, 0.1, 0.2, 1.0)
SEEDS = 10
VISITS = 5000
WORKERS = 2


def lab_seconds(workers: int) -> float:
    """Return how long the grid takes with so many workers, from the plan to the findings."""
    began = perf_counter()
    compare("news", {"exploration": RATES}, seeds=SEEDS, rounds=VISITS, workers=workers)
    return perf_counter() - began


def measure() -> list[Row]:
    """Return visits per second of the same grid."""
    lab_seconds(WORKERS)
    visits = len(RATES) * SEEDS * VISITS
    rounds = in_turn(
        ROUNDS,
        lambda: visits / lab_seconds(WORKERS),
        lambda: visits / coba_seconds(VISITS, SEEDS, RATES, WORKERS),
        lambda: visits / lab_seconds(1),
    )
    name = f"compare, {len(RATES)} settings x {SEEDS} seeds, {WORKERS} workers"
    peers = (("coba's experiment, 2 processes", at_least(8)), ("itself, 1 worker", at_least(1.7)))
    return [
        against(peer, name, "visits/s", [(one[0], one[place]) for one in rounds], target)
        for place, (peer, target) in enumerate(peers, start=1)
    ]
