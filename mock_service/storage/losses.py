"""What a start finds missing of the write-ahead log that the server before it has written."""

from dataclasses import dataclass
from pathlib import Path

from mock_service.storage.wal_file import WalContent, WalIndex, read_index, read_wal

_ASIDE = "-wal.damaged"


@dataclass(frozen=True, slots=True)
class Loss:
    """What is wrong with a log, and what it costs; both are empty when nothing is."""

    fault: str = ""
    cost: str = ""

    def __bool__(self) -> bool:
        return bool(self.fault)


NO_LOSS = Loss()


def find_loss(path: Path) -> Loss:
    """Return what the log of the database at `path` should hold and does not.

    It has to be asked before SQLite opens the file, which forgets what it cannot read. The index
    beside the log, which a killed server leaves behind, says how much there should be; without one,
    or after the machine has lost its memory, the log has to speak for itself. A log that is damaged
    where it has been moved into the file already is put aside: its older pages would hide newer.
    """
    log, index_path = Path(f"{path}-wal"), Path(f"{path}-shm")
    try:
        found, index = read_wal(log), read_index(index_path)
    except OSError:
        return NO_LOSS  # what cannot be read is told when it is opened
    if index is None or (found.salts and index.salts != found.salts):
        return _speaks_for_itself(found)
    missing = index.frames - max(found.frames, index.moved)
    if found.frames < min(index.moved, index.frames) and index.attempted == index.moved:
        _put_aside(log, index_path)
    if missing <= 0:
        return NO_LOSS
    return Loss(_fault(found), _cost(missing, index))


def missing_log(*, ended_well: bool, has_moved_on: bool) -> Loss:
    """Return what it means that there is no log, nor an index of one."""
    if ended_well or has_moved_on:  # another program may have closed the file meanwhile
        return NO_LOSS
    return Loss("is missing", "what was written since the log was last moved into the file is gone")


def _speaks_for_itself(found: WalContent) -> Loss:
    if not found.stray:
        return NO_LOSS
    return Loss("is damaged", f"{_number(found.stray_commits, 'change')} at its end cannot be read")


def _fault(found: WalContent) -> str:
    if not found.size:
        return "is missing"
    return "is damaged" if found.stray or not found.salts else "is cut short"


def _cost(missing: int, index: WalIndex) -> str:
    return f"{missing} of its {_number(index.frames, 'page')} cannot be read, those written last"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _put_aside(log: Path, index: Path) -> None:
    if log.is_file():
        log.replace(log.with_name(log.name.removesuffix("-wal") + _ASIDE))
    index.unlink(missing_ok=True)
