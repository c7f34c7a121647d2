"""Scenario files: those that ship, with values of every wrong kind."""

from numpy.random import Generator

from tests.fuzzing.command import run
from tests.fuzzing.folder import FolderTarget
from tests.fuzzing.mutations import mutate_values
from tests.helpers.servers import ROOT


class ScenariosTarget(FolderTarget):
    """Commands that read a scenario file."""

    def __init__(self) -> None:
        super().__init__()
        self._shipped = sorted((ROOT / "scenarios").glob("*.toml"))

    def attempt(self, rng: Generator) -> str:
        """Change one file, and simulate or compare with it."""
        shipped = self._shipped[int(rng.integers(len(self._shipped)))]
        text = mutate_values(shipped.read_text(), rng)
        path = self._folder / shipped.name
        path.write_bytes(text.encode("utf-8", "replace"))
        return run(["simulate", str(path), "--rounds", "5", "--quiet", "--json"], text)
