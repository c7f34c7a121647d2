"""Grids of runs: two workers against one, and both against coba's own processes."""

from dataclasses import dataclass
from time import perf_counter

from peers import coba_seconds
from rows import Row, against, at_least, in_turn

from personalizer_lab import compare

ROUNDS = 5
VISITS = 5000
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Grid:
    """Exploration rates, each on the same seeds."""

    rates: tuple[float, ...]
    seeds: int

    @property
    def visits(self) -> int:
        """How many visits there are in all."""
        return len(self.rates) * self.seeds * VISITS

    @property
    def name(self) -> str:
        """The grid in words."""
        return f"compare, {len(self.rates)} settings x {self.seeds} seeds, {WORKERS} workers"

    def lab_seconds(self, workers: int) -> float:
        """Return how long it takes with so many workers, from the plan to the findings."""
        began = perf_counter()
        compare(
            "news", {"exploration": self.rates}, seeds=self.seeds, rounds=VISITS, workers=workers
        )
        return perf_counter() - began


FORTY_RUNS = Grid((0.0, 0.1, 0.2, 1.0), 10)
AS_IN_THE_README = Grid((0.0, 0.05, 0.1, 0.2, 0.4), 20)
"""The command's own seeds and rounds, and the rates of its first example."""


def measure() -> list[Row]:
    """Return visits per second of each grid, next to its peer's."""
    FORTY_RUNS.lab_seconds(WORKERS)
    forty, readme = FORTY_RUNS, AS_IN_THE_README
    alone = in_turn(
        ROUNDS,
        lambda: forty.visits / forty.lab_seconds(WORKERS),
        lambda: forty.visits / forty.lab_seconds(1),
    )
    beside_coba = in_turn(
        ROUNDS,
        lambda: readme.visits / readme.lab_seconds(WORKERS),
        lambda: readme.visits / coba_seconds(VISITS, readme.seeds, readme.rates, WORKERS),
    )
    coba = f"coba's experiment, {WORKERS} processes"
    return [
        against(coba, readme.name, "visits/s", beside_coba, at_least(8)),
        against("itself, 1 worker", forty.name, "visits/s", alone, at_least(1.7)),
    ]
