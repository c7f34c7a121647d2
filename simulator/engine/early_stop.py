"""How a run ends: as planned, or early with what was measured until then."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from simulator.engine.pending import Pending
from simulator.errors import EndpointProblem

INTERRUPTED = "interrupted"


class StoppableTally(Protocol):
    """What is kept of a run, and why it ended if not as planned."""

    rounds: int
    trouble: str
    unsent: int


@contextmanager
def stop_gracefully(tally: StoppableTally, pending: Pending) -> Iterator[None]:
    """Let an interrupt or a failing endpoint end a run early, and say so in its tally.

    Raises:
        EndpointProblem: the endpoint fails before anything was measured.
    """
    try:
        yield
    except KeyboardInterrupt:
        tally.trouble = INTERRUPTED
    except EndpointProblem as problem:
        if not tally.rounds:
            raise
        tally.trouble = str(problem)
    tally.unsent = len(pending.waiting)
