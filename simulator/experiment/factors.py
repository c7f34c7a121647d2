"""What can be varied: each factor's name, and how a level that a person wrote changes a setting."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

from mock_service.python_policies.reference import short_name
from simulator.errors import OptionsInvalid
from simulator.experiment.choices import parse_choice
from simulator.experiment.setting import LoopOptions, Setting
from simulator.personalizer.exploration_schedule import parse_exploration
from simulator.scenario.fields import parse_positive_duration
from simulator.scenario.load import with_parameters
from simulator.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that is varied, and the levels it takes, as they were written."""

    name: str
    levels: tuple[str, ...]


Change = Callable[[LoopOptions, str], LoopOptions]


def read_factor(text: str) -> Factor:
    """Return the factor in a text like ``exploration=0,0.1``.

    Raises:
        OptionsInvalid: it is not of that form, or names a level twice.
    """
    name, equals, levels = text.partition("=")
    if not (equals and name.strip() and levels.strip()):
        raise OptionsInvalid(f"--vary: expected FACTOR=LEVEL,LEVEL,..., got {text!r}")
    return factor(name, split_levels(levels))


def split_levels(text: str) -> list[str]:
    """Return the parts of a text between its commas; those in brackets belong to a part."""
    parts, depth = [""], 0
    for character in text:
        depth = max(0, depth + (character in "([{") - (character in ")]}"))
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def factor(name: str, levels: list[str]) -> Factor:
    """Return a factor of these levels.

    Raises:
        OptionsInvalid: there is no such factor, or a level is empty or there twice.
    """
    name, texts = name.strip(), tuple(level.strip() for level in levels)
    if name not in FACTORS and "." not in name:
        raise OptionsInvalid(
            f"--vary: expected one of {', '.join(FACTORS)}, or a scenario's key like "
            f"traffic.per_hour, got {name!r}"
        )
    if not all(texts) or len(set(texts)) < len(texts):
        raise OptionsInvalid(f"--vary {name}: expected every level once, got {','.join(texts)!r}")
    return Factor(name, texts)


def list_settings(scenario: Scenario, factors: tuple[Factor, ...]) -> list[Setting]:
    """Return every combination of the factors' levels; the last factor changes fastest.

    Raises:
        OptionsInvalid: a level is none of its factor's.
        ScenarioInvalid: a scenario does not allow a value.
        LearningPolicyInvalid: a policy begins as one in Python, and is none.
    """
    cells = product(*(factor.levels for factor in factors))
    names = [factor.name for factor in factors]
    telling = [factor for factor in factors if len(factor.levels) > 1] or factors
    shown = {factor.name: _shown_levels(factor) for factor in telling}
    return [_setting(scenario, tuple(zip(names, cell, strict=True)), shown) for cell in cells]


def _shown_levels(factor: Factor) -> dict[str, str]:
    """Return how levels are shown: a policy in Python by its name, if that tells it from others."""
    names = list(map(short_name, factor.levels)) if factor.name == "policy" else factor.levels
    return dict(
        zip(factor.levels, names if len(set(names)) == len(names) else factor.levels, strict=True)
    )


def _setting(
    scenario: Scenario,
    levels: tuple[tuple[str, str], ...],
    shown: Mapping[str, Mapping[str, str]],
) -> Setting:
    choices = LoopOptions()
    parameters: dict[str, object] = {}
    for name, text in levels:
        if name in FACTORS:
            choices = FACTORS[name](choices, text)
        else:
            parameters[name] = _toml_value(text)
    if parameters:
        scenario = with_parameters(scenario, parameters)
    if choices.reward and choices.reward not in scenario.rewards:
        known = ", ".join(scenario.rewards)
        raise OptionsInvalid(f"--vary reward: expected one of {known}, got {choices.reward!r}")
    label = ", ".join(f"{name}={shown[name][text]}" for name, text in levels if name in shown)
    return Setting(label or scenario.name, levels, scenario, choices)


def _toml_value(text: str) -> object:
    """Return the value of a text as TOML reads it; what TOML cannot read is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _exploration(choices: LoopOptions, text: str) -> LoopOptions:
    rate = parse_choice("--vary exploration", parse_exploration, text)
    return replace(choices, exploration=rate)


def _default_reward(choices: LoopOptions, text: str) -> LoopOptions:
    return replace(choices, default_reward=_number("default-reward", text))


def _wait(choices: LoopOptions, text: str) -> LoopOptions:
    return replace(choices, reward_wait_time=_duration("reward-wait-time", text))


def _export(choices: LoopOptions, text: str) -> LoopOptions:
    return replace(choices, model_export_frequency=_duration("model-export-frequency", text))


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < float("inf"):
        raise OptionsInvalid(f"--vary {name}: expected a finite number, got {text!r}")
    return number


def _duration(name: str, text: str) -> timedelta:
    return parse_choice(f"--vary {name}", parse_positive_duration, text)


FACTORS: dict[str, Change] = {
    "exploration": _exploration,
    "reward": lambda choices, text: replace(choices, reward=text),
    "policy": lambda choices, text: replace(choices, policy=text),
    "mode": lambda choices, text: replace(choices, mode=text),
    "reward-wait-time": _wait,
    "model-export-frequency": _export,
    "aggregation": lambda choices, text: replace(choices, reward_aggregation=text),
    "default-reward": _default_reward,
    "loop-seed": lambda choices, text: replace(choices, seed=text),
}
"""``loop-seed`` changes nothing but the loop's own draws: a control that compares equals."""
