"""The tables of a setup file; their names are its keys."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from mock_service.emulator.api.training import TrainingExample
from mock_service.loop.configuration import Mode
from mock_service.rest.schemas import MAX_ID_LENGTH

ActionId = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]


class SetupTable(BaseModel):
    """A misspelt key is an error, as it would have no effect."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class LoopTable(SetupTable):
    """How one loop begins.

    ``configuration`` holds fields of the service configuration by the contract's names, durations
    as it writes them; ``key_variable`` names an environment variable, and ``model`` and ``log``
    name files, beside the setup file unless they begin elsewhere.
    """

    mode: Annotated[Mode, Field(strict=False)] = Mode.QUICK
    policy: str = ""
    seed: Annotated[str | int, Field(union_mode="left_to_right")] = "0"
    key_variable: str = ""
    configuration: dict[str, Any] = Field(default_factory=dict)
    model: str = ""
    log: str = ""
    lessons: Annotated[list[TrainingExample], Field(strict=False, default_factory=list)]


class SetupFile(SetupTable):
    """How a server begins: its loops by name, and the actions that its first ranks choose."""

    choices: list[ActionId] = Field(default_factory=list)
    loops: dict[str, LoopTable] = Field(default_factory=dict)
