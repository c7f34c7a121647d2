"""HTTP rank, and rank with reward, against bare FastAPI routes that validate the same bodies."""

from collections.abc import Iterator
from tempfile import TemporaryDirectory

import disk
from load import Sample, load
from requests_file import Traffic
from rows import Row, Target, against, at_least, at_most
from serving import BARE, DURABLE, IN_MEMORY, serving

ROUNDS = 9
SECONDS = 1
CONNECTIONS = (1, 8, 64)
KINDS = {"rank": False, "rank and reward": True}
STORES = ("durable", "in memory")
PEER = "bare FastAPI route (limit)"
TARGETS = {
    ("rank", 8, "durable", "throughput"): at_least(0.8),
    ("rank", 8, "durable", "p99"): at_most(2),
}


def measure() -> list[Row]:
    """Return rows for every kind of traffic, number of connections and store."""
    with (
        TemporaryDirectory() as folder,
        serving(DURABLE, folder) as durable,
        serving(IN_MEMORY) as memory,
        serving(BARE) as bare,
    ):
        ports = (durable, memory, bare)
        for port in ports:
            load(port, Traffic(rewarded=True, prefix="warm", connections=8), 1)
        rows = [
            row
            for kind in KINDS
            for connections in CONNECTIONS
            for row in _rows(kind, connections, ports)
        ]
    return [*rows, *disk.measure()]


def _rows(kind: str, connections: int, ports: tuple[int, ...]) -> Iterator[Row]:
    rounds = [[_sample(port, kind, connections, turn) for port in ports] for turn in range(ROUNDS)]
    plural = "" if connections == 1 else "s"
    for index, store in enumerate(STORES):
        pairs = [(one[index], one[-1]) for one in rounds]
        about = f"HTTP {kind}, {connections} connection{plural}, {store}"
        yield _row(
            pairs,
            "rate",
            about,
            "requests/s",
            _target(kind, connections, store, "throughput"),
        )
        for percentile in ("p50", "p99"):
            target = _target(kind, connections, store, percentile)
            yield _row(pairs, percentile, f"{about}: {percentile}", "ms", target)


def _row(
    pairs: list[tuple[Sample, Sample]], field: str, name: str, unit: str, target: Target | None
) -> Row:
    figures = [(getattr(ours, field), getattr(theirs, field)) for ours, theirs in pairs]
    return against(PEER, name, unit, figures, target)


def _target(kind: str, connections: int, store: str, what: str) -> Target | None:
    return TARGETS.get((kind, connections, store, what))


def _sample(port: int, kind: str, connections: int, turn: int) -> Sample:
    """Measure once; the prefix keeps event ids apart between spells."""
    prefix = f"{kind[-1]}{connections:02d}{turn}"
    return load(port, Traffic(KINDS[kind], prefix, connections), SECONDS)
