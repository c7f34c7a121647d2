"""What a person asks to be compared, in a file or on the command line, before it is a plan."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self, TypedDict, Unpack

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from simulator.errors import OptionsInvalid
from simulator.experiment.advise import RATES
from simulator.experiment.factors import Factor, factor, read_factor
from simulator.experiment.plan import (
    MAX_ROUNDS,
    MAX_SEEDS,
    MIN_SEEDS,
    Plan,
    PlanOptions,
    level_text,
    make_plan,
)
from simulator.experiment.sequential import FIRST_LOOK
from simulator.scenario.toml import read_toml

MOST_SEEDS = 100
"""How many seeds there are at most until it is decided, if nothing else is said."""
_Level = StrictStr | bool | int | float


class Choices(TypedDict, total=False):
    """The fields of a `Request`; None leaves one as it is."""

    scenario: str | None
    vary: dict[str, list[_Level]]
    baseline: dict[str, _Level]
    objective: str | None
    seeds: int | None
    rounds: int | None
    until_decided: bool | None
    max_seeds: int | None
    worth: float | None
    by: str | None
    guards: list[str] | None
    budget: float | None


class Request(BaseModel):
    """What is to be compared; a plan file says it in these words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: str | None = None
    vary: dict[str, Annotated[list[_Level], Field(min_length=1)]] = {}
    baseline: dict[str, _Level] = {}
    objective: str | None = None
    seeds: Annotated[int, Field(ge=MIN_SEEDS, le=MAX_SEEDS)] | None = None
    rounds: Annotated[int, Field(ge=1, le=MAX_ROUNDS)] | None = None
    until_decided: bool | None = None
    max_seeds: Annotated[int, Field(ge=FIRST_LOOK, le=MAX_SEEDS)] | None = None
    worth: Annotated[float, Field(gt=0)] | None = None
    by: str | None = None
    guards: list[str] | None = None
    budget: Annotated[float, Field(gt=0, lt=1)] | None = None

    def override(self, other: Self) -> Self:
        """Return this request with what the other one says instead, factor by factor."""
        said = other.model_dump(exclude_none=True)
        tables = {name: {**getattr(self, name), **said[name]} for name in ("vary", "baseline")}
        return self.model_copy(update={**said, **tables})


def make_request(**choices: Unpack[Choices]) -> Request:
    """Return the request of a command line or of Python.

    Raises:
        OptionsInvalid: something in it is not possible, with a line for every mistake.
    """
    try:
        return Request.model_validate(choices)
    except ValidationError as error:
        lines = [
            f"--{str(detail['loc'][0]).replace('_', '-')}: {detail['msg'].lower()}, "
            f"got {detail['input']!r}"
            for detail in error.errors()
        ]
        raise OptionsInvalid("\n".join(lines)) from error


def read_request(path: Path) -> Request:
    """Return the request in a plan file.

    Raises:
        OptionsInvalid: with a line for every mistake.
    """
    try:
        return Request.model_validate(read_toml(path))
    except OSError as error:
        raise OptionsInvalid(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        mistakes = {".".join(map(str, detail["loc"][:2])): detail for detail in error.errors()}
        lines = [f"{path}: {key}: {detail['msg'].lower()}" for key, detail in mistakes.items()]
        raise OptionsInvalid("\n".join(lines)) from error
    except ValueError as error:
        raise OptionsInvalid(f"{path}: {error}") from error


def read_variations(texts: Sequence[str]) -> dict[str, list[_Level]]:
    """Return the factors and levels in texts like ``exploration=0,0.1``.

    Raises:
        OptionsInvalid: a text is not of that form, or a factor is there twice.
    """
    factors = [read_factor(text) for text in texts]
    variations: dict[str, list[_Level]] = {one.name: list(one.levels) for one in factors}
    if len(variations) < len(factors):
        names = ", ".join(one.name for one in factors)
        raise OptionsInvalid(f"--vary: expected every factor once, got {names}")
    return variations


def read_baseline(texts: Sequence[str]) -> dict[str, _Level]:
    """Return the factors and levels in texts like ``exploration=0.2``.

    Raises:
        OptionsInvalid: a text is not of that form.
    """
    parts = {text: text.partition("=") for text in texts}
    for text, (name, _, level) in parts.items():
        if not (name.strip() and level.strip()):
            raise OptionsInvalid(f"--baseline: expected FACTOR=LEVEL, got {text!r}")
    return {name.strip(): level.strip() for name, _, level in parts.values()}


def to_plan(request: Request, advise: str = "") -> Plan:
    """Return the plan that a request amounts to; `advise` varies the exploration if it does not.

    Raises:
        OptionsInvalid: something is missing or not possible.
        ScenarioNotFound: there is no such scenario.
        ScenarioInvalid: the scenario is not one, or does not allow a value.
    """
    if not request.scenario:
        raise OptionsInvalid("expected a scenario's name, or a --plan that says one")
    factors = [
        factor(name, [level_text(one) for one in levels]) for name, levels in request.vary.items()
    ]
    if advise:
        factors = _for_advice(advise, factors)
    if not factors:
        raise OptionsInvalid("--vary: expected something to vary, like exploration=0,0.1,0.2")
    _check_seeds(request, advise)
    usual = PlanOptions()
    seeds = request.max_seeds or MOST_SEEDS if request.until_decided else request.seeds
    return make_plan(
        request.scenario,
        factors,
        PlanOptions(
            seeds or usual.seeds,
            request.rounds or usual.rounds,
            tuple((name, level_text(level)) for name, level in request.baseline.items()),
            request.objective or usual.objective,
            until_decided=bool(request.until_decided),
            worth=request.worth,
            by=request.by or usual.by,
            guards=tuple(request.guards or ()),
        ),
    )


def _check_seeds(request: Request, advise: str) -> None:
    """Refuse ways to say how many seeds that contradict each other."""
    if request.until_decided and request.seeds is not None:
        raise OptionsInvalid(
            "--seeds cannot be had with --until-decided, which takes as many as are needed: "
            "--max-seeds bounds them"
        )
    if request.max_seeds is not None and not request.until_decided:
        raise OptionsInvalid("--max-seeds needs --until-decided")
    if request.until_decided and advise:
        raise OptionsInvalid("--advise needs all seeds of all rates: leave out --until-decided")
    if request.budget is not None and not advise:
        raise OptionsInvalid("--budget needs --advise exploration")


def _for_advice(advise: str, factors: list[Factor]) -> list[Factor]:
    if advise != "exploration":
        raise OptionsInvalid(f"--advise: expected exploration, got {advise!r}")
    others = [one.name for one in factors if one.name != "exploration" and len(one.levels) > 1]
    if others:
        raise OptionsInvalid(
            "--advise exploration: expected one level of everything else, got several of "
            f"{', '.join(others)}"
        )
    if "exploration" in [one.name for one in factors]:
        return factors
    return [factor("exploration", list(RATES)), *factors]
