"""What a person asks to be compared, in a file or on the command line, before it is a plan."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

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
from simulator.scenario.toml import read_toml

_Level = StrictStr | bool | int | float


class Request(BaseModel):
    """What is to be compared; a plan file says it in these words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: str | None = None
    vary: dict[str, Annotated[list[_Level], Field(min_length=1)]] = {}
    baseline: dict[str, _Level] = {}
    objective: str | None = None
    seeds: Annotated[int, Field(ge=MIN_SEEDS, le=MAX_SEEDS)] | None = None
    rounds: Annotated[int, Field(ge=1, le=MAX_ROUNDS)] | None = None

    def override(self, other: Self) -> Self:
        """Return this request with what the other one says instead, factor by factor."""
        said = other.model_dump(exclude_none=True)
        tables = {name: {**getattr(self, name), **said[name]} for name in ("vary", "baseline")}
        return self.model_copy(update={**said, **tables})


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
    usual = PlanOptions()
    return make_plan(
        request.scenario,
        factors,
        PlanOptions(
            request.seeds or usual.seeds,
            request.rounds or usual.rounds,
            tuple((name, level_text(level)) for name, level in request.baseline.items()),
            request.objective or usual.objective,
        ),
    )


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
