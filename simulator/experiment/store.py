"""Finished runs on disk: one line of JSON a run, written as it is done."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from simulator.engine.groups import PROFILE
from simulator.errors import OptionsInvalid
from simulator.experiment.metrics import RunMetrics
from simulator.experiment.setting import Run

FILE_NAME = "runs.jsonl"
FINISHED = "summary.json"
"""The last file that a finished comparison writes."""
LOOKS = "looks.json"
"""After how many seeds the settings were compared."""


class RunStore(Protocol):
    """Holds finished runs."""

    finished: dict[Run, RunMetrics]

    def keep(self, run: Run, metrics: RunMetrics) -> None:
        """Take in a finished run."""

    def note_look(self, seeds: int) -> tuple[int, ...]:
        """Note after how many seeds the settings are compared; return all such numbers."""


@contextmanager
def open_store(folder: Path | None, runs: Sequence[Run], *, resume: bool) -> Iterator[RunStore]:
    """Yield a store for `runs`: in the folder, or in memory if there is none.

    Raises:
        OptionsInvalid: there is an unfinished comparison in the folder, and no `resume`; or the
            folder cannot be written.
    """
    if folder is None:
        yield _Memory()
        return
    try:
        store = _Folder(folder, runs, resume=resume)
    except OSError as error:
        raise OptionsInvalid(f"--out: {folder} cannot be written: {error.strerror}") from error
    try:
        yield store
    finally:
        store.close()


class _Memory:
    def __init__(self) -> None:
        self.finished: dict[Run, RunMetrics] = {}

    def keep(self, run: Run, metrics: RunMetrics) -> None:
        self.finished[run] = metrics

    def note_look(self, seeds: int) -> tuple[int, ...]:
        return (seeds,)


class _Folder:
    """A line of JSON a run; one that an interrupt cut short does not count."""

    def __init__(self, folder: Path, runs: Sequence[Run], *, resume: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path, end = folder / FILE_NAME, folder / FINISHED
        known = _read(path)
        if known and not end.exists() and not resume:
            raise OptionsInvalid(
                f"--out: {folder} holds {len(known)} finished runs of a comparison that was not "
                "finished: give --resume to go on with it, or another --out"
            )
        end.unlink(missing_ok=True)
        digest = _digest_cache()
        self._keys = {run: _key(run, digest(run)) for run in runs}
        kept = known if resume else {}
        self.finished = {
            run: kept[key]
            for run, key in self._keys.items()
            if key in kept and kept[key].belong_to(run.setting.scenario, run.rounds)
        }
        self._looks = folder / LOOKS
        if not resume:
            self._looks.unlink(missing_ok=True)
        path.write_text("".join(map(_format_line, kept, kept.values())), encoding="utf-8")
        self._file = path.open("a", encoding="utf-8")

    def keep(self, run: Run, metrics: RunMetrics) -> None:
        self.finished[run] = metrics
        self._file.write(_format_line(self._keys[run], metrics))
        self._file.flush()

    def note_look(self, seeds: int) -> tuple[int, ...]:
        looks = sorted({*_read_looks(self._looks), seeds})
        self._looks.write_text(json.dumps(looks) + "\n", encoding="utf-8")
        return tuple(look for look in looks if look <= seeds)

    def close(self) -> None:
        self._file.close()


def _key(run: Run, digest: str) -> str:
    """Return what names a run among all that were ever kept."""
    grouped = "" if run.by == PROFILE else f"-{run.by}"
    return f"{digest}-{run.seed}-{run.rounds}{grouped}"


def _digest_cache() -> Callable[[Run], str]:
    """Return a function from a run to its setting's digest, that works each out only once."""
    digests: dict[int, str] = {}

    def digest(run: Run) -> str:
        index = id(run.setting)
        if index not in digests:
            digests[index] = run.setting.digest()
        return digests[index]

    return digest


def _format_line(key: str, metrics: RunMetrics) -> str:
    line = {"run": key, "figures": metrics.as_dict()}
    return json.dumps(line, separators=(",", ":")) + "\n"


def _read(path: Path) -> dict[str, RunMetrics]:
    """Return the figures of finished runs by their keys."""
    if not path.exists():
        return {}
    lines = [_line(text) for text in path.read_bytes().split(b"\n")]
    return dict([line for line in lines if line is not None])


def _read_looks(path: Path) -> list[int]:
    """Return what was noted; nothing where that cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[int])
    except (OSError, ValueError):
        return []


class _RunLine(msgspec.Struct):
    run: str
    metrics: msgspec.Raw = msgspec.field(name="figures")


def _line(text: bytes) -> tuple[str, RunMetrics] | None:
    """Return a finished run; None for a line that was cut short, or changed."""
    try:
        line = msgspec.json.decode(text, type=_RunLine)
        return line.run, RunMetrics.from_json(bytes(line.metrics))
    except (ValueError, RecursionError):
        return None
