"""What a comparison may be about: one number a run, more is better."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.errors import OptionsInvalid
from simulator.experiment.metrics import GroupMetrics, RunMetrics


@dataclass(frozen=True, slots=True)
class Objective:
    """A number of a run, or of a group of its visits, to compare settings by.

    ``about`` completes "it is worth 0.1 ...".
    """

    name: str
    of: Callable[[RunMetrics], float]
    of_group: Callable[[GroupMetrics], float | None]
    about: str


def find_objective(name: str) -> Objective:
    """Return the objective of that name.

    Raises:
        OptionsInvalid: there is none.
    """
    if name not in OBJECTIVES:
        raise OptionsInvalid(f"--objective: expected one of {', '.join(OBJECTIVES)}, got {name!r}")
    return OBJECTIVES[name]


_ALL = (
    Objective(
        "value",
        lambda run: run.mean_value,
        lambda group: group.mean_value,
        "true value per visit",
    ),
    Objective(
        "late-value",
        lambda run: run.late_value,
        lambda group: group.late_value,
        "true value per visit of the last quarter",
    ),
    Objective(
        "reward",
        lambda run: run.mean_reward,
        lambda group: group.mean_reward,
        "reward per visit",
    ),
)

OBJECTIVES: dict[str, Objective] = {objective.name: objective for objective in _ALL}
