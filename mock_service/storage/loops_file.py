"""The loops that are kept in a file: their names, settings and keys."""

from dataclasses import dataclass
from datetime import datetime

from mock_service.errors import DataUnusable, HostError
from mock_service.loop.state import LoopState
from mock_service.storage.batch import Statement
from mock_service.storage.codec import state_of, state_text, to_moment, to_number
from mock_service.storage.discarding import LOOP_TABLES, discarded_loops, will_discard
from mock_service.storage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class KeptLoop:
    """A loop in the file."""

    number: int
    name: str
    state: LoopState
    keys: tuple[str, str]


def kept_loops(ledger: Ledger) -> dict[str, KeptLoop]:
    """Return all loops by name, oldest first.

    Raises:
        DataUnusable: the settings of one cannot be read.
    """
    rows = ledger.query(
        "SELECT id, name, state, key1, key2 FROM loops ORDER BY coalesce(place, id)"
    ).fetchall()
    return {
        name: KeptLoop(number, name, _state(name, state), (key1, key2))
        for number, name, state, key1, key2 in rows
    }


def _state(name: str, text: str) -> LoopState:
    try:
        return state_of(text)
    except (ValueError, HostError) as error:
        reason = " ".join(str(error).split())[:300]
        raise DataUnusable(
            f"the loop {name!r} cannot go on from what is stored: {reason}. Nothing was changed: "
            "choose another --data-dir, or put a copy of the folder in its place"
        ) from error


def add_loop(ledger: Ledger, name: str, state: LoopState, keys: tuple[str, str]) -> KeptLoop:
    """Keep a new loop, at once.

    Raises:
        StorageFailed: it could not be written.
    """
    loop = KeptLoop(free_number(ledger), name, state, keys)
    ledger.write(
        "INSERT INTO loops (id, name, state, key1, key2) VALUES (?, ?, ?, ?, ?)",
        (loop.number, name, state_text(state), *keys),
    )
    ledger.flush()
    return loop


def free_number(ledger: Ledger) -> int:
    """Return a number that no loop has, nor a place in the list, nor rows to be discarded."""
    (last,) = ledger.query(
        "SELECT max(coalesce(max(id), 0), coalesce(max(place), 0)) FROM loops"
    ).fetchone()
    return max(int(last), *discarded_loops(ledger), 0) + 1


def reserve_number(ledger: Ledger) -> int:
    """Return a number for rows that come in, which are discarded unless a loop takes them.

    Raises:
        StorageFailed: it could not be kept.
    """
    number = free_number(ledger)
    ledger.write_at_once([will_discard(number)])
    return number


def change_keys(ledger: Ledger, number: int, keys: tuple[str, str]) -> None:
    """Keep a loop's new keys."""
    ledger.write("UPDATE loops SET key1 = ?, key2 = ? WHERE id = ?", (*keys, number))


def remove_loop(ledger: Ledger, number: int) -> None:
    """Forget a loop and everything it ever did."""
    for table in LOOP_TABLES:
        ledger.write(f"DELETE FROM {table} WHERE loop = ?", (number,))
    ledger.write("DELETE FROM loops WHERE id = ?", (number,))


def kept_moment(ledger: Ledger) -> datetime | None:
    """Return where the manual clock stood, if there ever was one.

    Raises:
        DataUnusable: that is no moment.
    """
    row = ledger.query("SELECT value FROM settings WHERE name = 'clock'").fetchone()
    try:
        return None if row is None else to_moment(int(row[0]))
    except (ValueError, OverflowError) as error:
        raise DataUnusable(f"the clock of the data cannot be read: {error}") from error


def keep_moment(ledger: Ledger, moment: datetime) -> None:
    """Keep where the manual clock stands."""
    ledger.write(*moment_kept(moment))


def moment_kept(moment: datetime) -> Statement:
    """Return what keeps where the manual clock stands."""
    return "REPLACE INTO settings VALUES ('clock', ?)", (str(to_number(moment)),)
