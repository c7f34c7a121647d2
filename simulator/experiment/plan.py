"""The plan of a comparison: what is varied, how often, and against what."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, prod

from simulator.engine.groups import PROFILE
from simulator.errors import OptionsInvalid
from simulator.experiment.factors import Factor, list_settings
from simulator.experiment.grouping import check_grouping
from simulator.experiment.guards import Guardrail, read_guard
from simulator.experiment.objective import Objective, find_objective
from simulator.experiment.sequential import FIRST_LOOK
from simulator.experiment.setting import Run, Setting
from simulator.scenario.catalogue import find_scenario
from simulator.scenario.model import Scenario

MIN_SEEDS = 2
MAX_SEEDS, MAX_ROUNDS = 100_000, 10_000_000
_MAX_SETTINGS = 10_000
Level = str | bool | int | float


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How a comparison is made; what ``baseline`` leaves open is its factor's first level.

    With ``until_decided`` there are as many seeds as it takes, at most ``seeds``. ``worth`` is the
    smallest difference that matters, in the objective's unit. ``by`` is the profile or a feature of
    the context, and ``guards`` are texts like ``clicks>=-0.02``.
    """

    seeds: int = 20
    rounds: int = 5000
    baseline: Sequence[tuple[str, str]] = ()
    objective: str = "value"
    until_decided: bool = False
    worth: float | None = None
    by: str = PROFILE
    guards: Sequence[str] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A comparison to be made: every setting with every seed.

    ``source`` is the scenario's name or path as it was asked for, and ``baseline`` the index of
    the setting that the others are compared to. With ``until_decided`` the seeds are those that
    there may be; the other fields are as in `PlanOptions`.
    """

    source: str
    scenario: Scenario
    factors: tuple[Factor, ...]
    settings: tuple[Setting, ...]
    seeds: tuple[int, ...]
    rounds: int
    baseline: int
    objective: Objective
    until_decided: bool = False
    worth: float | None = None
    by: str = PROFILE
    guards: tuple[Guardrail, ...] = ()

    def runs(self) -> list[Run]:
        """Return every run, the settings of one seed after the other."""
        return [
            Run(setting, seed, self.rounds, self.by)
            for seed in self.seeds
            for setting in self.settings
        ]


def make_plan(source: str, factors: Sequence[Factor], terms: PlanOptions) -> Plan:
    """Return the plan of a comparison; `source` is a scenario's name or path.

    Raises:
        OptionsInvalid: something in it is not possible; the message says what would be.
        ScenarioNotFound: there is no such scenario.
        ScenarioInvalid: the scenario is not one, or does not allow a value.
    """
    names = [one.name for one in factors]
    if len(set(names)) < len(names):
        raise OptionsInvalid(f"--vary: expected every factor once, got {', '.join(names)}")
    _check_size(terms, factors)
    if terms.objective == "reward" and "reward" in names:
        raise OptionsInvalid(
            "--objective reward: rewards of different designs cannot be compared; "
            "use --objective value"
        )
    scenario = find_scenario(source)
    check_grouping(scenario, terms.by)
    settings = list_settings(scenario, tuple(factors))
    return Plan(
        source,
        scenario,
        tuple(factors),
        tuple(settings),
        tuple(range(1, terms.seeds + 1)),
        terms.rounds,
        _baseline(factors, settings, terms.baseline),
        find_objective(terms.objective),
        terms.until_decided,
        terms.worth,
        terms.by,
        tuple(read_guard(text, scenario) for text in terms.guards),
    )


def _check_size(terms: PlanOptions, factors: Sequence[Factor]) -> None:
    """Refuse plans that would take years, before they take any memory."""
    if terms.seeds < MIN_SEEDS:
        raise OptionsInvalid(f"--seeds: expected at least {MIN_SEEDS}, got {terms.seeds}")
    if terms.until_decided and terms.seeds < FIRST_LOOK:
        raise OptionsInvalid(
            f"--max-seeds: expected at least {FIRST_LOOK}, the first look, got {terms.seeds}"
        )
    if terms.worth is not None and not 0 < terms.worth < inf:
        raise OptionsInvalid(f"--worth: expected a number above 0, got {terms.worth}")
    if terms.seeds > MAX_SEEDS:
        raise OptionsInvalid(f"--seeds: expected at most {MAX_SEEDS:,}, got {terms.seeds}")
    if terms.rounds < 1:
        raise OptionsInvalid(f"--rounds: expected at least 1, got {terms.rounds}")
    if terms.rounds > MAX_ROUNDS:
        raise OptionsInvalid(f"--rounds: expected at most {MAX_ROUNDS:,}, got {terms.rounds}")
    if prod(len(one.levels) for one in factors) > _MAX_SETTINGS:
        raise OptionsInvalid(f"--vary: expected at most {_MAX_SETTINGS:,} combinations of levels")


def level_text(level: Level) -> str:
    """Return a level of a file or of Python as it would be written on the command line."""
    if isinstance(level, bool):
        return str(level).lower()
    return level if isinstance(level, str) else f"{level:.15g}"


def _baseline(
    factors: Sequence[Factor], settings: Sequence[Setting], wanted: Sequence[tuple[str, str]]
) -> int:
    levels = {one.name: one.levels[0] for one in factors}
    known = {one.name: one.levels for one in factors}
    for name, text in wanted:
        if name not in known:
            varied = ", ".join(known) or "nothing"
            raise OptionsInvalid(
                f"--baseline: expected a factor of --vary ({varied}), got {name!r}"
            )
        if text not in known[name]:
            raise OptionsInvalid(
                f"--baseline {name}: expected one of {', '.join(known[name])}, got {text!r}"
            )
        levels[name] = text
    return [setting.levels for setting in settings].index(tuple(levels.items()))
