"""The loops that are kept in a file: their names, settings and keys."""

from dataclasses import dataclass
from datetime import datetime

from mock_service.errors import DataUnusable, MockServiceError
from mock_service.loop.state import LoopState
from mock_service.storage.batch import Statement
from mock_service.storage.codec import (
    decode_state,
    encode_state,
    from_microseconds,
    to_microseconds,
)
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.discarding import LOOP_TABLES, discarded_loops, will_discard


@dataclass(frozen=True, slots=True)
class LoopRow:
    """A loop in the file."""

    number: int
    name: str
    state: LoopState
    keys: tuple[str, str]


def list_loops(queue: CommitQueue) -> dict[str, LoopRow]:
    """Return all loops by name, oldest first.

    Raises:
        DataUnusable: the settings of one cannot be read.
    """
    rows = queue.query(
        "SELECT id, name, state, key1, key2 FROM loops ORDER BY coalesce(place, id)"
    ).fetchall()
    return {
        name: LoopRow(number, name, _state(name, state), (key1, key2))
        for number, name, state, key1, key2 in rows
    }


def _state(name: str, text: str) -> LoopState:
    try:
        return decode_state(text)
    except (ValueError, MockServiceError) as error:
        reason = " ".join(str(error).split())[:300]
        raise DataUnusable(
            f"the loop {name!r} cannot go on from what is stored: {reason}. Nothing was changed: "
            "choose another --data-dir, or put a copy of the folder in its place"
        ) from error


def add_loop(queue: CommitQueue, name: str, state: LoopState, keys: tuple[str, str]) -> LoopRow:
    """Keep a new loop, at once.

    Raises:
        StorageFailed: it could not be written.
    """
    loop = LoopRow(free_number(queue), name, state, keys)
    queue.write(
        "INSERT INTO loops (id, name, state, key1, key2) VALUES (?, ?, ?, ?, ?)",
        (loop.number, name, encode_state(state), *keys),
    )
    queue.flush()
    return loop


def free_number(queue: CommitQueue) -> int:
    """Return a number that no loop has, nor a place in the list, nor rows to be discarded."""
    (last,) = queue.query(
        "SELECT max(coalesce(max(id), 0), coalesce(max(place), 0)) FROM loops"
    ).fetchone()
    return max(int(last), *discarded_loops(queue), 0) + 1


def reserve_number(queue: CommitQueue) -> int:
    """Return a number for rows that come in, which are discarded unless a loop takes them.

    Raises:
        StorageFailed: it could not be kept.
    """
    number = free_number(queue)
    queue.write_now([will_discard(number)])
    return number


def change_keys(queue: CommitQueue, number: int, keys: tuple[str, str]) -> None:
    """Keep a loop's new keys."""
    queue.write("UPDATE loops SET key1 = ?, key2 = ? WHERE id = ?", (*keys, number))


def remove_loop(queue: CommitQueue, number: int) -> None:
    """Forget a loop and everything it ever did."""
    for table in LOOP_TABLES:
        queue.write(f"DELETE FROM {table} WHERE loop = ?", (number,))
    queue.write("DELETE FROM loops WHERE id = ?", (number,))


def load_clock(queue: CommitQueue) -> datetime | None:
    """Return where the manual clock stood, if there ever was one.

    Raises:
        DataUnusable: that is no moment.
    """
    row = queue.query("SELECT value FROM settings WHERE name = 'clock'").fetchone()
    try:
        return None if row is None else from_microseconds(int(row[0]))
    except (ValueError, OverflowError) as error:
        raise DataUnusable(f"the clock of the data cannot be read: {error}") from error


def save_clock(queue: CommitQueue, timestamp: datetime) -> None:
    """Keep where the manual clock stands."""
    queue.write(*stored_timestamp(timestamp))


def stored_timestamp(timestamp: datetime) -> Statement:
    """Return what keeps where the manual clock stands."""
    return "REPLACE INTO settings VALUES ('clock', ?)", (str(to_microseconds(timestamp)),)
