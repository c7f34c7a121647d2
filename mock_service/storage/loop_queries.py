"""Reading a loop back: what it was, what it had learned, and what it was waiting for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from mock_service.loop.decision import Action, Decision
from mock_service.loop.early import EARLY_WINDOW
from mock_service.loop.events import Observation, PendingEvent
from mock_service.loop.state import Checkpoint, Models
from mock_service.storage.codec import (
    EVENT_COLUMNS,
    decode_actions,
    decode_decision,
    from_microseconds,
    to_microseconds,
)
from mock_service.storage.commit_queue import CommitQueue

_PAGE = 200
"""How many events are read at once, in a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a loop's numbering goes on: decisions, settlements and texts of actions so far."""

    decisions: int = 0
    settled: int = 0
    last_text: int = 0


@dataclass(frozen=True, slots=True)
class TrainedEvent:
    """Something that was learned after the last checkpoint: from what, and when."""

    decision: Decision
    reward: float
    at: datetime


def position(queue: CommitQueue, loop: int) -> Position:
    """Return where the loop's numbering goes on."""
    row = queue.query(
        """SELECT coalesce((SELECT max(number) FROM events WHERE loop = :loop), 0),
            coalesce((SELECT max(settled) FROM events
                WHERE loop = :loop AND settled IS NOT NULL), 0),
            coalesce((SELECT max(id) FROM texts WHERE loop = :loop), 0)""",
        {"loop": loop},
    ).fetchone()
    before = queue.query(
        "SELECT number, settled, text FROM forgotten WHERE loop = ?", (loop,)
    ).fetchone()
    return Position(*map(max, row, before or (0, 0, 0)))


def last_checkpoint(queue: CommitQueue, loop: int) -> Checkpoint | None:
    """Return the models as they were last kept, if they ever were."""
    row = queue.query("SELECT * FROM models WHERE loop = ?", (loop,)).fetchone()
    if row is None:
        return None
    _, training, published, trained_events, published_trained_events, version, modified = row
    return Checkpoint(
        Models(training, published),
        trained_events,
        published_trained_events,
        version,
        from_microseconds(modified),
    )


def trained_events_after(
    queue: CommitQueue, loop: int, trained_events: int
) -> Iterator[TrainedEvent]:
    """Yield, in order, what was learned after the first `trained_events`."""
    rows = queue.query(
        f"""SELECT {EVENT_COLUMNS}, reward, settled_at FROM events
            WHERE loop = ? AND settled IS NOT NULL AND lesson > ? ORDER BY settled""",
        (loop, trained_events),
    )
    texts = _ActionSets(queue, loop)
    for *event, reward, at in rows:
        yield TrainedEvent(
            decode_decision(tuple(event), texts.actions(event[4])), reward, from_microseconds(at)
        )


def waiting_events(queue: CommitQueue, loop: int) -> Iterator[PendingEvent]:
    """Yield the decisions whose wait is not over, oldest first."""
    rows = queue.query(
        f"""SELECT {EVENT_COLUMNS} FROM events
            WHERE loop = ? AND settled IS NULL ORDER BY number""",
        (loop,),
    )
    texts = _ActionSets(queue, loop)
    for row in rows:
        yield _event(queue, loop, row, texts)


def holds_event(queue: CommitQueue, loop: int, event_id: str, at: datetime) -> bool:
    """Return whether a decision of this event id was made at that time."""
    found = queue.query(
        """SELECT 1 FROM events INDEXED BY events_by_id
            WHERE loop = ? AND event_id = ? AND at = ? LIMIT 1""",
        (loop, event_id, to_microseconds(at)),
    )
    return found.fetchone() is not None


def superseded_numbers(queue: CommitQueue, loop: int) -> frozenset[int]:
    """Return the waiting decisions whose event id a later one has taken over."""
    rows = queue.query(
        "SELECT number FROM events WHERE loop = ? AND settled IS NULL AND superseded", (loop,)
    )
    return frozenset(number for (number,) in rows)


def settled_events(queue: CommitQueue, loop: int, *, since: int) -> Iterator[PendingEvent]:
    """Yield the settled events decided since a moment, in the order they settled.

    They are read a page at a time, so that others can go on in between; what settles meanwhile
    comes at the end.
    """
    texts, after = _ActionSets(queue, loop), -1
    while True:
        queue.flush()
        rows = queue.query(
            f"""SELECT {EVENT_COLUMNS}, settled FROM events WHERE loop = ? AND
                settled IS NOT NULL AND settled > ? AND at >= ? ORDER BY settled LIMIT ?""",
            (loop, after, since, _PAGE),
        ).fetchall()
        if not rows:
            return
        for *row, settled in rows:
            after = settled
            yield _event(queue, loop, tuple(row), texts)


def early_observations(queue: CommitQueue, loop: int, now: datetime) -> list[Observation]:
    """Return the observations whose decision may still come; a late one may be early, too."""
    rows = queue.query(
        """SELECT event_id, at, reward FROM observations
            WHERE loop = ? AND number IS NULL AND at BETWEEN ? AND ? ORDER BY sequence""",
        (loop, to_microseconds(now - EARLY_WINDOW), to_microseconds(now)),
    )
    return [Observation(event_id, from_microseconds(at), reward) for event_id, at, reward in rows]


def last_timestamp(queue: CommitQueue, loop: int) -> datetime | None:
    """Return when the loop last did anything that was kept."""
    (at,) = queue.query(
        """SELECT max(at) FROM (
            SELECT at FROM events WHERE loop = :loop AND number =
                (SELECT max(number) FROM events WHERE loop = :loop)
            UNION ALL SELECT settled_at FROM events WHERE loop = :loop AND settled =
                (SELECT max(settled) FROM events WHERE loop = :loop AND settled IS NOT NULL)
            UNION ALL SELECT at FROM observations WHERE sequence =
                (SELECT max(sequence) FROM observations WHERE loop = :loop)
            UNION ALL SELECT at FROM forgotten WHERE loop = :loop)""",
        {"loop": loop},
    ).fetchone()
    return None if at is None else from_microseconds(at)


class _ActionSets:
    """The actions of a loop's events, each read once while they come close together."""

    def __init__(self, queue: CommitQueue, loop: int) -> None:
        self._queue, self._loop = queue, loop
        self.actions = lru_cache(maxsize=256)(self._read)

    def _read(self, number: int) -> tuple[Action, ...]:
        (text,) = self._queue.query(
            "SELECT text FROM texts WHERE loop = ? AND id = ?", (self._loop, number)
        ).fetchone()
        return decode_actions(text)


def _event(queue: CommitQueue, loop: int, row: tuple[Any, ...], texts: _ActionSets) -> PendingEvent:
    number = row[0]
    decision = decode_decision(row, texts.actions(row[4]))
    event = PendingEvent(decision, number, not decision.deferred)
    rewards = queue.query(
        "SELECT reward FROM observations WHERE loop = ? AND number = ? ORDER BY sequence",
        (loop, number),
    )
    for (reward,) in rewards:
        if reward is None:
            event.activated = True
        else:
            event.rewards.append(reward)
    return event
