"""A loop's log: its settled events, in the order they settled."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from mock_service.dsjson.event import LoggedDecision, LoggedObservation, log_decision
from mock_service.dsjson.own_decision import check_features
from mock_service.errors import DataUnusable
from mock_service.loop.decision import Action
from mock_service.storage.codec import (
    EVENT_COLUMNS,
    decode_actions,
    decode_decision,
    to_microseconds,
)
from mock_service.storage.database import open_read_only
from mock_service.storage.row_checks import check_decision

UNREADABLE = (sqlite3.Error, ArithmeticError, LookupError, TypeError, ValueError)
"""What rows can lead to that this program has not written."""

Query = Callable[[str, tuple[object, ...]], sqlite3.Cursor]

_SETTLED = f"""SELECT {EVENT_COLUMNS}, lesson, reward, joined FROM events
    WHERE loop = ? AND settled > ? ORDER BY settled LIMIT ?"""
_OBSERVED = """SELECT reward FROM observations WHERE loop = ? AND number = ? ORDER BY sequence"""
_TEXT = "SELECT text FROM texts WHERE loop = ? AND id = ?"
_COUNT = "SELECT coalesce(max(settled), 0) FROM events WHERE loop = ? AND settled IS NOT NULL"
_UNTIL_THE_END = -1
_BETWEEN = f"""SELECT {EVENT_COLUMNS}, lesson, reward, joined FROM events
    WHERE loop = ? AND settled IS NOT NULL AND at >= ? AND at < ? ORDER BY settled"""
_HOW_MANY = """SELECT count(*) FROM (SELECT 1 FROM events
    WHERE loop = ? AND settled IS NOT NULL AND at >= ? AND at < ? LIMIT ?)"""


Show = Callable[[int, int], None]
"""Hears how many events were read, of how many."""
_EVENTS_BETWEEN = 500


def read_stored_log(
    folder: Path, loop: str, *, last: int | None = None, show: Show = lambda _, __: None
) -> Iterator[LoggedDecision]:
    """Yield the settled events of a loop in a data folder, also beside a running server.

    `show` hears now and then how far it is.

    Raises:
        DataUnusable: there is no such folder or loop, or its file is damaged.
    """
    connection = open_read_only(folder)
    try:
        row = connection.execute("SELECT id FROM loops WHERE name = ?", (loop,)).fetchone()
        if row is None:
            raise DataUnusable(f"{folder} holds no loop {loop!r}")
        (count,) = connection.execute(_COUNT, row).fetchone()
        total = count if last is None else min(count, last)
        events = logged_events(connection.execute, row[0], last=last)
        for number, event in enumerate(events):
            if number % _EVENTS_BETWEEN == 0:
                show(number, total)
            yield event
        show(total, total)
    except UNREADABLE as error:
        raise DataUnusable(_describe_failure(folder, error)) from error
    finally:
        connection.close()


def events_between(
    folder: Path, number: int, start: datetime, end: datetime
) -> Iterator[LoggedDecision]:
    """Yield a loop's settled events that were decided in [start, end), also beside a server.

    Raises:
        DataUnusable: the folder's file is damaged, or there is none.
    """
    connection = open_read_only(folder)
    try:
        rows = connection.execute(_BETWEEN, (number, to_microseconds(start), to_microseconds(end)))
        yield from _logged_rows(connection.execute, number, rows)
    except UNREADABLE as error:
        raise DataUnusable(_describe_failure(folder, error)) from error
    finally:
        connection.close()


def _describe_failure(folder: Path, error: Exception) -> str:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return f"the log in {folder} cannot be read: {reason}"


def count_between(query: Query, loop: int, start: datetime, end: datetime, most: int) -> int:
    """Return how many settled events were decided in [start, end); it counts up to `most`."""
    bounds = (loop, to_microseconds(start), to_microseconds(end), most)
    count: int = query(_HOW_MANY, bounds).fetchone()[0]
    return count


def logged_events(query: Query, loop: int, *, last: int | None = None) -> Iterator[LoggedDecision]:
    """Yield a loop's settled events, all of them or the `last` ones."""
    (count,) = query(_COUNT, (loop,)).fetchone()
    after = 0 if last is None else max(0, count - last)
    yield from _logged_rows(query, loop, query(_SETTLED, (loop, after, _UNTIL_THE_END)))


def _logged_rows(
    query: Query, loop: int, rows: Iterable[tuple[Any, ...]]
) -> Iterator[LoggedDecision]:
    @lru_cache(maxsize=256)
    def actions(number: int) -> tuple[Action, ...]:
        found = decode_actions(query(_TEXT, (loop, number)).fetchone()[0])
        for action in found:
            check_features(action.features)
        return found

    for row in rows:
        observed = query(_OBSERVED, (loop, row[0])).fetchall()
        yield _to_logged_decision(row, actions(row[4]), [reward for (reward,) in observed])


def _to_logged_decision(
    row: tuple[Any, ...], candidates: tuple[Action, ...], observed: list[float | None]
) -> LoggedDecision:
    *event, training, reward, joined = row
    decision = decode_decision(tuple(event), candidates)
    check_decision(decision, reward, joined)
    return log_decision(
        decision,
        reward=reward,
        joined=joined,
        observations=tuple(
            LoggedObservation(decision.event_id, value, action_taken=value is None)
            for value in observed
        ),
        activated=training is not None,
    )
