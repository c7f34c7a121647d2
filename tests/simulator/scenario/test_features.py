"""Contexts, tastes, traffic and offers that a scenario file can describe."""

import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mock_service.settings import LoopSettings
from simulator.engine.run import Listeners
from simulator.errors import HookProblem
from simulator.model import Interaction
from simulator.report.summary import Summary
from simulator.scenario.load import load_scenario
from simulator.scenario.model import Scenario
from simulator.simulations import RunOptions, simulate
from simulator.users.environment import ScenarioEnvironment, VisitBatch

BASE = """
schema = 1
title = "A test"
actions = [
    { id = "a", features = [{ kind = "tea", price = 2 }] },
    { id = "b", features = [{ kind = "coffee", price = 3.5 }] ACTION_B },
]
TASTES
[outcomes.click]
chance = [0.0, 1.0]
value = 1.0
[rewards.click]
REWARD
"""
EVEN = "[tastes.by_profile]\n one = { a = 0.5, b = 0.5 }\n two = { a = 0.5, b = 0.5 }\n"


def _scenario(folder: Path, tail: str = "", **parts: str) -> Scenario:
    """Return a small scenario with a `tail` and its placeholders filled in."""
    text = BASE.replace("ACTION_B", parts.get("action_b", ""))
    text = text.replace("TASTES", parts.get("tastes", EVEN))
    text = text.replace("REWARD", parts.get("reward", "weights = { click = 1.0 }"))
    profiles = "" if "[profiles" in tail else "[profiles]\n one = {}\n two = {}\n"
    path = folder / "mine.toml"
    path.write_text(text + profiles + tail, encoding="utf-8")
    return load_scenario(path)


def _contexts(blocks: list[VisitBatch]) -> list[tuple[Mapping[str, Any], float]]:
    """Return each visit's context, and its hour since the beginning."""
    return [
        (
            dict(chain.from_iterable(item.items() for item in json.loads(visit.context))),
            visit.offset.total_seconds() / 3600,
        )
        for block in blocks
        for visit in block.visits
    ]


def _blocks(scenario: Scenario, rounds: int = 3000, seed: int = 1) -> list[VisitBatch]:
    return list(ScenarioEnvironment(scenario, seed=seed).blocks(rounds))


def _played(scenario: Scenario, rounds: int) -> tuple[Summary, list[Interaction]]:
    seen: list[Interaction] = []
    listeners = Listeners(watcher=seen.append)
    return simulate(scenario, LoopSettings(), RunOptions(rounds, 1), listeners), seen


def test_a_normal_feature_is_rounded_and_kept_within_bounds(tmp_path: Path) -> None:
    """Mean and spread are those of the file."""
    tail = "[context]\n age = { normal = [40, 10], decimals = 0, within = [18, 70] }\n"
    ages = [context["age"] for context, _ in _contexts(_blocks(_scenario(tmp_path, tail)))]

    assert all(age == round(age) and 18 <= age <= 70 for age in ages)
    assert np.mean(ages) == pytest.approx(40, abs=1)
    assert np.std(ages) == pytest.approx(10, abs=1)


def test_the_clock_is_told_by_name_and_by_number(tmp_path: Path) -> None:
    """The simulation begins on a Monday at midnight."""
    tail = """
[traffic]
per_hour = 20
[context]
part = { time_of_day = { morning = 6, evening = 18.5 } }
hour = { calendar = "hour" }
day = { calendar = "day_of_week" }
weekend = { calendar = "weekend" }
"""
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    seen = _contexts(_blocks(_scenario(tmp_path, tail), rounds=4000))

    assert {context["day"] for context, _ in seen} == set(days)
    for context, hours in seen:
        assert context["hour"] == int(hours % 24)
        assert context["day"] == days[int(hours // 24) % 7]
        assert context["weekend"] == (context["day"] in {"Saturday", "Sunday"})
        assert context["part"] == ("morning" if 6 <= hours % 24 < 18.5 else "evening")


def test_a_profile_draws_features_of_its_own(tmp_path: Path) -> None:
    """Only its visits have them, in the order of the file."""
    tail = """
[profiles.one.context]
plan = { choice = ["free", "paid"], weights = [1, 3] }
name = "one"
[profiles.two]
"""
    blocks = _blocks(_scenario(tmp_path, tail))
    plans = [context.get("plan") for context, _ in _contexts(blocks)]
    profiles = [visit.profile for block in blocks for visit in block.visits]

    assert {plan for plan, who in zip(plans, profiles, strict=True) if who == "two"} == {None}
    own = [plan for plan, who in zip(plans, profiles, strict=True) if who == "one"]
    assert own.count("paid") / len(own) == pytest.approx(0.75, abs=0.03)
    first = next(v for b in blocks for v in b.visits if v.profile == "one")
    assert list(json.loads(first.context)[0]) == ["plan"]


def test_traffic_follows_the_hours_of_the_day(tmp_path: Path) -> None:
    """Nobody comes at night, and the average stays what the file says."""
    hours = "[" + ", ".join(["0"] * 6 + ["1"] * 12 + ["3"] * 6) + "]"
    scenario = _scenario(tmp_path, f"[traffic]\nper_hour = 50\nby_hour = {hours}\n")
    offsets = np.array([hour for _, hour in _contexts(_blocks(scenario, rounds=12_000))])

    assert offsets.max() == pytest.approx(240, rel=0.05)
    assert np.all(np.diff(offsets) >= 0)
    of_day = offsets % 24
    assert not np.any(of_day < 6)
    assert np.mean(of_day >= 18) == pytest.approx(0.6, abs=0.03)


def test_a_table_by_context_may_leave_the_rest_to_a_star(tmp_path: Path) -> None:
    """And give each action a taste of its own."""
    tastes = """
[tastes.by_context]
features = ["rain", "who"]
pleased = 0.9
others = 0.1
[tastes.by_context.table]
true = { x = "a", "*" = { b = 0.7 } }
"*" = { "*" = "b" }
"""
    tail = '[context]\nrain = { choice = [true, false] }\nwho = { choice = ["x", "y"] }\n'
    blocks = _blocks(_scenario(tmp_path, tail, tastes=tastes), rounds=500)
    expected = np.concatenate([block.expected_values for block in blocks])

    wanted = {(True, "x"): (0.9, 0.1), (True, "y"): (0.1, 0.7), (False, "x"): (0.1, 0.9)}
    for (context, _), row in zip(_contexts(blocks), expected, strict=True):
        assert tuple(row) == wanted.get((context["rain"], context["who"]), (0.1, 0.9))


def test_a_linear_model_multiplies_and_compares_features(tmp_path: Path) -> None:
    """Through the logistic curve, or cut off at 0 and 1."""
    terms = """
terms = [
    { weight = 0.1, times = ["context.age", "action.price"] },
    { weight = -1.5, action = { kind = "coffee" }, context = { tired = false } },
]
"""
    tail = "[context]\nage = { integer = [1, 5] }\ntired = { choice = [true, false] }\n"
    for link in ("clip", "logistic"):
        tastes = f'[tastes.linear]\nintercept = 0.05\nlink = "{link}"\n{terms}'
        blocks = _blocks(_scenario(tmp_path, tail, tastes=tastes), rounds=300)
        expected = np.concatenate([block.expected_values for block in blocks])
        for (context, _), row in zip(_contexts(blocks), expected, strict=True):
            penalty = 0.0 if context["tired"] else 1.5
            sums = np.array([0.05 + 0.2 * context["age"], 0.05 + 0.35 * context["age"] - penalty])
            wanted = np.clip(sums, 0, 1) if link == "clip" else 1 / (1 + np.exp(-sums))
            assert row == pytest.approx(wanted)


def test_python_functions_beside_the_file_say_tastes_and_rewards(tmp_path: Path) -> None:
    """They see profile, context and actions, or the outcomes that happened."""
    (tmp_path / "mine_hooks.py").write_text(
        "def like(profile, context, actions):\n"
        "    return [1.0 if profile == 'one' else 0.0, context['x'] / 4]\n"
        "def score(signals):\n"
        "    return 0.5 if signals else None\n"
    )
    scenario = _scenario(
        tmp_path,
        "[context]\nx = { integer = [0, 4] }\n",
        tastes='[tastes]\nhook = "mine_hooks:like"\n',
        reward='hook = "mine_hooks:score"',
    )
    (block,) = _blocks(scenario, rounds=200)

    assert {float(e[0]) for e in block.expected_values} == {0.0, 1.0}
    for (context, _), row in zip(_contexts([block]), block.expected_values, strict=True):
        assert row[1] == context["x"] / 4
    assert np.array_equal(block.rewards, 0.5 * block.outcomes["click"].amounts)
    assert block.feedback is not None
    assert np.array_equal(block.feedback.arrivals[0].arrives, block.rewards > 0)


_THERE = r"\S*failing\.py:2: "


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("return [0.5]", r"expected 2 numbers in \[0, 1\], got \[0.5\]"),
        ("return [0.5, 1.5]", r"expected 2 numbers in \[0, 1\], got \[0.5, 1.5\]"),
        ("return 'good'", r"expected 2 numbers in \[0, 1\], got 'good'"),
        ("return context['age']", f"{_THERE}KeyError: 'age'"),
        ("raise type('Unheard', (Exception,), {})('of this')", f"{_THERE}Unheard: of this"),
        ("raise type('Unheard', (BaseException,), {})('of this')", f"{_THERE}Unheard: of this"),
        ("raise SystemExit(0)", f"{_THERE}SystemExit: 0"),
        ("import sys; sys.exit()", f"{_THERE}SystemExit:"),
    ],
)
def test_a_function_that_fails_is_named(tmp_path: Path, code: str, expected: str) -> None:
    """With its own words and its place, and not with a traceback."""
    (tmp_path / "failing.py").write_text(f"def like(profile, context, actions):\n    {code}\n")
    scenario = _scenario(tmp_path, tastes='[tastes]\nhook = "failing:like"\n')

    with pytest.raises(HookProblem, match=f"failing:like: {expected}"):
        _blocks(scenario)


def test_actions_appear_leave_and_keep_hours(tmp_path: Path) -> None:
    """What is not there is neither offered nor counted, whatever the tastes say."""
    scenario = _scenario(
        tmp_path,
        "[traffic]\nper_hour = 10\n",
        action_b=', since = "12h", until = "3d", hours = [22, 6]',
    )
    summary, seen = _played(scenario, rounds=1000)

    for interaction in seen:
        offset = interaction.visit.offset
        hour = offset / timedelta(hours=1) % 24
        there = timedelta(hours=12) <= offset < timedelta(days=3) and (hour >= 22 or hour < 6)
        assert [a.id for a in interaction.visit.actions] == (["a", "b"] if there else ["a"])
    assert any(len(i.visit.actions) == 2 and i.recommendation.order[0] == 1 for i in seen)
    assert summary.baselines["uniform"].mean_value == pytest.approx(0.5)
    assert sum(i.value for i in seen) / 1000 == pytest.approx(0.5, abs=0.05)
