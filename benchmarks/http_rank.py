"""HTTP rank, and rank with reward, against bare routes on the same server and a commit."""

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryDirectory

import disk
from base import find_base
from load import Sample, load
from requests_file import Traffic
from rows import Row, Target, against, at_least, at_most
from serving import BARE, BARE_ASGI, DURABLE, IN_MEMORY, serving

ROUNDS = 9
SECONDS = 1
CONNECTIONS = (1, 8, 64)
KINDS = {"rank": False, "rank and reward": True}
STORES = ("durable", "in memory")
PEER = "bare FastAPI route (limit)"
SERVER = "bare ASGI function with msgspec (limit)"
TARGETS = {
    ("rank", 8, "in memory", "rate"): at_least(1),
    ("rank", 8, "in memory", "p99"): at_most(1.5),
    ("rank", 8, "durable", "rate"): at_least(0.9),
    ("rank", 8, "durable", "p99"): at_most(1.5),
    ("rank", 1, "in memory", "p50"): at_most(1.2),
    ("rank", 1, "durable", "p50"): at_most(2),
}
UNITS = {"rate": "requests/s", "p50": "ms", "p99": "ms"}
Round = dict[str, Sample]


def measure() -> list[Row]:
    """Return rows for every kind of traffic, number of connections and store."""
    with ExitStack() as stack:
        ports = _serve(stack)
        for port in ports.values():
            load(port, Traffic(rewarded=True, prefix="warm", connections=8), 1)
        rows = [
            row
            for kind in KINDS
            for connections in CONNECTIONS
            for row in _rows(kind, connections, ports)
        ]
    return [*rows, *disk.measure()]


def _serve(stack: ExitStack) -> dict[str, int]:
    """Return the ports of all servers that are measured in turn."""

    def folder() -> str:
        return stack.enter_context(TemporaryDirectory())

    ports = {
        "durable": stack.enter_context(serving(DURABLE, folder())),
        "in memory": stack.enter_context(serving(IN_MEMORY)),
        PEER: stack.enter_context(serving(BARE)),
        SERVER: stack.enter_context(serving(BARE_ASGI)),
    }
    base = find_base()
    if base is not None:
        for store, command in (("durable", DURABLE), ("in memory", IN_MEMORY)):
            earlier = serving(command, folder(), python=base.python, source=base.source)
            ports[f"commit {base.commit}, {store}"] = stack.enter_context(earlier)
    return ports


def _rows(kind: str, connections: int, ports: dict[str, int]) -> Iterator[Row]:
    rounds: list[Round] = [
        {name: _sample(port, kind, connections, turn) for name, port in ports.items()}
        for turn in range(ROUNDS)
    ]
    plural = "" if connections == 1 else "s"
    for store in STORES:
        about = f"HTTP {kind}, {connections} connection{plural}, {store}"
        for field in UNITS:
            target = TARGETS.get((kind, connections, store, field))
            yield _row(rounds, (store, PEER), field, about, target)
        yield _row(rounds, (store, SERVER), "rate", about, None)
        for name in ports:
            if name.startswith("commit") and name.endswith(store):
                target = at_least(2) if (kind, connections) == ("rank", 8) else None
                yield _row(rounds, (store, name), "rate", about, target)


def _row(
    rounds: list[Round], names: tuple[str, str], field: str, about: str, target: Target | None
) -> Row:
    ours, theirs = names
    figures = [(getattr(one[ours], field), getattr(one[theirs], field)) for one in rounds]
    name = about if field == "rate" else f"{about}: {field}"
    return against(theirs, name, UNITS[field], figures, target)


def _sample(port: int, kind: str, connections: int, turn: int) -> Sample:
    """Measure once; the prefix keeps event ids apart between spells."""
    prefix = f"{kind[-1]}{connections:02d}{turn}"
    return load(port, Traffic(KINDS[kind], prefix, connections), SECONDS)
