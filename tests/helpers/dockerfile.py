"""The Dockerfile, read into what a machine without a container engine can do of it."""

import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM and what follows it."""

    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)
    """Instructions and their arguments, in order."""

    def all(self, instruction: str) -> list[str]:
        """Return the arguments of every such instruction."""
        return [arguments for name, arguments in self.steps if name == instruction]

    @property
    def environment(self) -> dict[str, str]:
        """What ENV sets."""
        lines = [shlex.split(line)[0].partition("=") for line in self.all("ENV")]
        return {name: value for name, _, value in lines}

    def command(self, instruction: str) -> list[str]:
        """Return a command in its exec form."""
        (line,) = self.all(instruction)
        command: list[str] = json.loads(line[line.index("[") :])
        return command


def stages(path: Path) -> list[Stage]:
    """Return the stages of a Dockerfile whose instructions are one line each."""
    found: list[Stage] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        instruction, _, arguments = line.partition(" ")
        if instruction == "FROM":
            found.append(Stage(arguments.split()[0]))
        else:
            found[-1].steps.append((instruction, arguments))
    return found
