"""The loops that are kept in a file: their names, settings and keys."""

from dataclasses import dataclass
from datetime import datetime

from mock_service.loop.state import LoopState
from mock_service.storage.codec import state_of, state_text, to_moment, to_number
from mock_service.storage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class KeptLoop:
    """A loop in the file."""

    number: int
    name: str
    state: LoopState
    keys: tuple[str, str]


def kept_loops(ledger: Ledger) -> dict[str, KeptLoop]:
    """Return all loops by name, oldest first."""
    rows = ledger.query("SELECT id, name, state, key1, key2 FROM loops ORDER BY id").fetchall()
    return {
        name: KeptLoop(number, name, state_of(state), (key1, key2))
        for number, name, state, key1, key2 in rows
    }


def add_loop(ledger: Ledger, name: str, state: LoopState, keys: tuple[str, str]) -> KeptLoop:
    """Keep a new loop, at once.

    Raises:
        StorageFailed: it could not be written.
    """
    (last,) = ledger.query("SELECT coalesce(max(id), 0) FROM loops").fetchone()
    loop = KeptLoop(last + 1, name, state, keys)
    ledger.write(
        "INSERT INTO loops VALUES (?, ?, ?, ?, ?)", (loop.number, name, state_text(state), *keys)
    )
    ledger.flush()
    return loop


def change_keys(ledger: Ledger, number: int, keys: tuple[str, str]) -> None:
    """Keep a loop's new keys."""
    ledger.write("UPDATE loops SET key1 = ?, key2 = ? WHERE id = ?", (*keys, number))


def remove_loop(ledger: Ledger, number: int) -> None:
    """Forget a loop and everything it ever did."""
    for table in ("observations", "events", "texts", "models", "inquiries"):
        ledger.write(f"DELETE FROM {table} WHERE loop = ?", (number,))
    ledger.write("DELETE FROM loops WHERE id = ?", (number,))


def kept_moment(ledger: Ledger) -> datetime | None:
    """Return where the manual clock stood, if there ever was one."""
    row = ledger.query("SELECT value FROM settings WHERE name = 'clock'").fetchone()
    return None if row is None else to_moment(int(row[0]))


def keep_moment(ledger: Ledger, moment: datetime) -> None:
    """Keep where the manual clock stands."""
    ledger.write("REPLACE INTO settings VALUES ('clock', ?)", (str(to_number(moment)),))
