"""What can go wrong in the simulator; every message is fit for the person at the terminal.

SimulatorError
├── ScenarioNotFound     no scenario has that name
├── ScenarioInvalid      a scenario file holds mistakes: one line each
├── HookProblem          a scenario's Python function is not there, or fails
├── RecordInvalid        a line of a record is no interaction
├── WorkersFailed           an experiment's workers died again and again
├── OptionsInvalid       options that contradict each other
└── EndpointProblem      a Personalizer endpoint is out of reach or answers with an error
"""

from collections.abc import Callable, Sequence
from pathlib import Path

_MAX_MISTAKES_SHOWN = 100


class SimulatorError(Exception):
    """The root of everything the simulator raises on purpose.

    An error that a worker process meets is the same error here: it travels with what it knows.
    """

    def __reduce__(self) -> tuple[Callable[..., Exception], tuple[object, ...]]:
        """Return how another process makes this error again, whatever it was made from."""
        return _restore_error, (type(self), self.args, self.__dict__)


def _restore_error(
    kind: type[SimulatorError], args: tuple[object, ...], state: dict[str, object]
) -> SimulatorError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class ScenarioNotFound(SimulatorError):
    """No scenario has the name that was asked for."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        super().__init__(
            f"there is no scenario {name!r}: expected one of {', '.join(known)}, "
            "or the path of a .toml file"
        )


class ScenarioInvalid(SimulatorError):
    """A scenario file holds mistakes; ``mistakes`` has one line for each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        left_out = len(self.mistakes) - _MAX_MISTAKES_SHOWN
        more = [f"and {left_out:,} more mistakes"] if left_out > 0 else []
        super().__init__("\n".join([*self.mistakes[:_MAX_MISTAKES_SHOWN], *more]))


class WorkersFailed(SimulatorError):
    """An experiment's workers died again and again; finished runs are kept."""

    def __init__(self, setting: str, deaths: int) -> None:
        super().__init__(
            f"workers died {deaths} times in a row, the last time near a run of {setting!r}: is "
            "there enough memory for so many workers? Finished runs are kept"
        )


class HookProblem(SimulatorError):
    """A Python function that a scenario names is not there, or fails."""

    def __init__(self, hook: str, problem: str) -> None:
        self.hook = hook
        self.problem = " ".join(problem.split())
        super().__init__(f"the scenario's Python function {hook}: {self.problem}")


class RecordInvalid(SimulatorError):
    """A line of a record is no interaction."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.path, self.line = path, line
        index = f"{path}:{line}" if line else str(path)
        super().__init__(f"{index}: {problem}")


class OptionsInvalid(SimulatorError):
    """Options that cannot be had together, or values no run can have."""


class EndpointProblem(SimulatorError):
    """A Personalizer endpoint is out of reach or answers with an error."""
