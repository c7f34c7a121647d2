"""Finished runs on disk: one line of JSON a run, written as it is done."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

from simulator.experiment.figures import RunFigures
from simulator.experiment.setting import Run

FILE_NAME = "runs.jsonl"


class RunStore:
    """The finished runs in a folder; a line that an interrupt cut short does not count."""

    def __init__(self, folder: Path, runs: Iterable[Run], *, resume: bool) -> None:
        """Open the folder; unless `resume`, what is kept there already is done away with."""
        folder.mkdir(parents=True, exist_ok=True)
        digest = _remembered()
        self._keys = {run: f"{digest(run)}-{run.seed}-{run.rounds}" for run in runs}
        self._path = folder / FILE_NAME
        lines = _read(self._path) if resume else []
        known = {line["run"]: line for line in lines}
        self.finished: dict[Run, RunFigures] = {
            run: RunFigures.from_dict(known[key]["figures"])
            for run, key in self._keys.items()
            if key in known
        }
        self._path.write_text("".join(_written(line) for line in lines), encoding="utf-8")
        self._file = self._path.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def keep(self, run: Run, figures: RunFigures) -> None:
        """Write a finished run down, at once."""
        self.finished[run] = figures
        self._file.write(_written({"run": self._keys[run], "figures": figures.as_dict()}))
        self._file.flush()


def _remembered() -> Callable[[Run], str]:
    """Return a function from a run to its setting's digest, that works each out only once."""
    digests: dict[int, str] = {}

    def digest(run: Run) -> str:
        place = id(run.setting)
        if place not in digests:
            digests[place] = run.setting.digest()
        return digests[place]

    return digest


def _written(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [line for text in path.read_text(encoding="utf-8").splitlines() if (line := _line(text))]


def _line(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
        RunFigures.from_dict(line["figures"])
    except (ValueError, KeyError, TypeError):
        return None
    kept: dict[str, Any] | None = line if isinstance(line.get("run"), str) else None
    return kept
