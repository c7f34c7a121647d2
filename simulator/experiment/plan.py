"""The plan of a comparison: what is varied, how often, and against what."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from simulator.errors import OptionsInvalid
from simulator.experiment.factors import Factor, factor, settings_of
from simulator.experiment.objective import Objective, find_objective
from simulator.experiment.setting import Run, Setting
from simulator.scenario.model import Scenario

FEWEST_SEEDS = 2
Level = StrictStr | bool | int | float


@dataclass(frozen=True, slots=True)
class Terms:
    """How a comparison is made; what ``baseline`` leaves open is its factor's first level."""

    seeds: int = 20
    rounds: int = 5000
    baseline: Sequence[tuple[str, str]] = ()
    objective: str = "value"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A comparison to be made: every setting with every seed.

    ``baseline`` is the index of the setting that the others are compared to.
    """

    scenario: Scenario
    factors: tuple[Factor, ...]
    settings: tuple[Setting, ...]
    seeds: tuple[int, ...]
    rounds: int
    baseline: int
    objective: Objective

    def runs(self) -> list[Run]:
        """Return every run, the settings of one seed after the other."""
        return [Run(setting, seed, self.rounds) for seed in self.seeds for setting in self.settings]


class PlanFile(BaseModel):
    """What a plan file may say; what it leaves out is up to the command line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: str | None = None
    vary: dict[str, Annotated[list[Level], Field(min_length=1)]] = {}
    baseline: dict[str, Level] = {}
    objective: str | None = None
    seeds: Annotated[int, Field(ge=FEWEST_SEEDS)] | None = None
    rounds: Annotated[int, Field(ge=1)] | None = None


def make_plan(scenario: Scenario, factors: Sequence[Factor], terms: Terms) -> Plan:
    """Return the plan of a comparison.

    Raises:
        OptionsInvalid: something in it is not possible; the message says what would be.
        ScenarioInvalid: the scenario does not allow a value.
    """
    names = [one.name for one in factors]
    if len(set(names)) < len(names):
        raise OptionsInvalid(f"--vary: expected every factor once, got {', '.join(names)}")
    if terms.seeds < FEWEST_SEEDS:
        raise OptionsInvalid(f"--seeds: expected at least {FEWEST_SEEDS}, got {terms.seeds}")
    if terms.rounds < 1:
        raise OptionsInvalid(f"--rounds: expected at least 1, got {terms.rounds}")
    if terms.objective == "reward" and "reward" in names:
        raise OptionsInvalid(
            "--objective reward: rewards of different designs cannot be compared; "
            "use --objective value"
        )
    settings = settings_of(scenario, tuple(factors))
    return Plan(
        scenario,
        tuple(factors),
        tuple(settings),
        tuple(range(1, terms.seeds + 1)),
        terms.rounds,
        _baseline(factors, settings, terms.baseline),
        find_objective(terms.objective),
    )


def level_text(level: Level) -> str:
    """Return a level of a file or of Python as it would be written on the command line."""
    if isinstance(level, bool):
        return str(level).lower()
    return level if isinstance(level, str) else f"{level:.15g}"


def read_plan_file(path: Path) -> PlanFile:
    """Return what a plan file says.

    Raises:
        OptionsInvalid: with a line for every mistake.
    """
    try:
        return PlanFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise OptionsInvalid(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionsInvalid(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        mistakes = {".".join(map(str, detail["loc"][:2])): detail for detail in error.errors()}
        lines = [f"{path}: {key}: {detail['msg'].lower()}" for key, detail in mistakes.items()]
        raise OptionsInvalid("\n".join(lines)) from error


def factors_of(plan: PlanFile) -> list[Factor]:
    """Return the factors that a plan file varies."""
    return [factor(name, [level_text(one) for one in levels]) for name, levels in plan.vary.items()]


def read_baseline(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return the factors and levels in texts like ``exploration=0.2``.

    Raises:
        OptionsInvalid: a text is not of that form.
    """
    parts = [text.partition("=") for text in texts]
    for text, (name, _, level) in zip(texts, parts, strict=True):
        if not (name.strip() and level.strip()):
            raise OptionsInvalid(f"--baseline: expected FACTOR=LEVEL, got {text!r}")
    return [(name.strip(), level.strip()) for name, _, level in parts]


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
