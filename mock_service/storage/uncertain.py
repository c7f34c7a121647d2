"""Observations that may or may not be stored: a retry of one does not count twice."""

from collections import Counter
from collections.abc import Iterable

from mock_service.storage.batch import Statement
from mock_service.storage.commit_queue import CommitQueue

RewardKey = tuple[str, float | None]
"""An event id with a reward, or None for an activation."""

OBSERVED = """INSERT INTO observations (loop, number, event_id, at, reward, late)
    VALUES (?, ?, ?, ?, ?, ?)"""
_UNCERTAIN = "INSERT INTO uncertain (loop, event_id, reward) VALUES (?, ?, ?)"
_ABSORBED = """DELETE FROM uncertain WHERE id = (SELECT min(id) FROM uncertain
    WHERE loop = ? AND event_id = ? AND reward IS ?)"""
_SINCE = "DELETE FROM uncertain WHERE id <= (SELECT max(id) FROM uncertain) - ?"
_MAX = 100_000
"""How many are remembered at most."""


def note_uncertain(statements: Iterable[Statement]) -> list[Statement]:
    """Return what remembers the observations among some statements that may not stay.

    A retry that was absorbed by one of them is waited for again.
    """
    noted: list[Statement] = []
    for sql, parameters in statements:
        if sql is OBSERVED:
            loop, _, event_id, _, reward, _ = parameters
            noted.append((_UNCERTAIN, (loop, event_id, reward)))
        elif sql is _ABSORBED:
            noted.append((_UNCERTAIN, parameters))
    return [*noted, (_SINCE, (_MAX,))] if noted else []


def list_uncertain(queue: CommitQueue, loop: int) -> list[RewardKey]:
    """Return a loop's uncertain observations as they are kept."""
    rows = queue.query("SELECT event_id, reward FROM uncertain WHERE loop = ?", (loop,))
    return rows.fetchall()


class UncertainObservations:
    """Those of one loop, each of which absorbs one retry."""

    def __init__(self, queue: CommitQueue, loop: int, observations: Iterable[RewardKey]) -> None:
        self._queue, self._loop = queue, loop
        self._observations = Counter(observations)

    def absorb(self, event_id: str, reward: float | None) -> bool:
        """Say whether this repeats one of them, which then counts once and is certain."""
        if not self._observations or not self._observations[event_id, reward]:
            return False
        self._observations -= Counter([(event_id, reward)])
        self._queue.write(_ABSORBED, (self._loop, event_id, reward))
        return True
