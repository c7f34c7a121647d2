"""What a setup file comes to, checked as a whole."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mock_service.emulator.api.training import TrainingExample
from mock_service.settings import DEFAULT_LOOP, LoopSettings, Settings


@dataclass(frozen=True, slots=True)
class PlannedLoop:
    """How one loop begins; without a ``key`` it has one of its own making."""

    name: str
    settings: LoopSettings
    key: str
    model: bytes
    log: Path | None
    lessons: tuple[TrainingExample, ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """How a server begins.

    ``record`` is what was asked for, as JSON without keys: by it a later start sees whether that
    has changed.
    """

    file: Path
    loops: tuple[PlannedLoop, ...]
    choices: tuple[str, ...]
    record: dict[str, Any]

    @property
    def default(self) -> PlannedLoop | None:
        """The loop of the bare endpoint, if the file says how it begins."""
        return next((loop for loop in self.loops if loop.name == DEFAULT_LOOP), None)

    def choose(self, settings: Settings) -> Settings:
        """Return `settings` with what the file says of the default loop."""
        if self.default is None:
            return settings
        if self.default.key:
            settings = replace(settings, key=self.default.key, key_is_explicit=True)
        return replace(settings, loop=self.default.settings)
