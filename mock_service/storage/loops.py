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


def list_loops(ledger: CommitQueue) -> dict[str, LoopRow]:
    """Return all loops by name, oldest first.

    Raises:
        DataUnusable: the settings of one cannot be read.
    """
    rows = ledger.query(
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


def add_loop(ledger: CommitQueue, name: str, state: LoopState, keys: tuple[str, str]) -> LoopRow:
    """Keep a new loop, at once.

    Raises:
        StorageFailed: it could not be written.
    """
    loop = LoopRow(free_number(ledger), name, state, keys)
    ledger.write(
        "INSERT INTO loops (id, name, state, key1, key2) VALUES (?, ?, ?, ?, ?)",
        (loop.number, name, encode_state(state), *keys),
    )
    ledger.flush()
    return loop


def free_number(ledger: CommitQueue) -> int:
    """Return a number that no loop has, nor a place in the list, nor rows to be discarded."""
    (last,) = ledger.query(
        "SELECT max(coalesce(max(id), 0), coalesce(max(place), 0)) FROM loops"
    ).fetchone()
    return max(int(last), *discarded_loops(ledger), 0) + 1


def reserve_number(ledger: CommitQueue) -> int:
    """Return a number for rows that come in, which are discarded unless a loop takes them.

    Raises:
        StorageFailed: it could not be kept.
    """
    number = free_number(ledger)
    ledger.write_now([will_discard(number)])
    return number


def change_keys(ledger: CommitQueue, number: int, keys: tuple[str, str]) -> None:
    """Keep a loop's new keys."""
    ledger.write("UPDATE loops SET key1 = ?, key2 = ? WHERE id = ?", (*keys, number))


def remove_loop(ledger: CommitQueue, number: int) -> None:
    """Forget a loop and everything it ever did."""
    for table in LOOP_TABLES:
        ledger.write(f"DELETE FROM {table} WHERE loop = ?", (number,))
    ledger.write("DELETE FROM loops WHERE id = ?", (number,))


def load_clock(ledger: CommitQueue) -> datetime | None:
    """Return where the manual clock stood, if there ever was one.

    Raises:
        DataUnusable: that is no moment.
    """
    row = ledger.query("SELECT value FROM settings WHERE name = 'clock'").fetchone()
    try:
        return None if row is None else from_microseconds(int(row[0]))
    except (ValueError, OverflowError) as error:
        raise DataUnusable(f"the clock of the data cannot be read: {error}") from error


def save_clock(ledger: CommitQueue, moment: datetime) -> None:
    """Keep where the manual clock stands."""
    ledger.write(*moment_kept(moment))


def moment_kept(moment: datetime) -> Statement:
    """Return what keeps where the manual clock stands."""
    return "REPLACE INTO settings VALUES ('clock', ?)", (str(to_microseconds(moment)),)
