"""Scenario files: those that ship, with values of every wrong kind."""

from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from numpy.random import Generator

from tests.fuzzing.command import run
from tests.fuzzing.mutations import mutate_values
from tests.serving import ROOT


class ScenariosTarget:
    """Commands that read a scenario file."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        self._shipped = sorted((ROOT / "scenarios").glob("*.toml"))

    def __enter__(self) -> Self:
        """Nothing has to be started."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the folder."""
        self._folder.cleanup()

    def attempt(self, rng: Generator) -> str:
        """Change one file, and simulate or compare with it."""
        shipped = self._shipped[int(rng.integers(len(self._shipped)))]
        text = mutate_values(shipped.read_text(), rng)
        path = Path(self._folder.name, shipped.name)
        path.write_bytes(text.encode("utf-8", "replace"))
        return run(["simulate", str(path), "--rounds", "5", "--quiet", "--json"], text)
