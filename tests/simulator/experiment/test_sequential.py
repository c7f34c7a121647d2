"""Stopping when it is decided keeps its word on false alarms, and saves runs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from personalizer_lab import OptionsInvalid, compare
from simulator.experiment.sequential import (
    critical_values,
    false_alarm_rate,
    find_out,
    look_sizes,
)
from simulator.experiment.statistics import Columns, contenders, intervals

MOST = 93
Draw = Callable[[Generator, int], Columns]


def _normal(means: list[float]) -> Draw:
    return lambda rng, seeds: rng.normal(size=(seeds, len(means))) + means


def _skewed(settings: int) -> Draw:
    return lambda rng, seeds: rng.exponential(size=(seeds, settings))


def _play(draw: Draw, settings: int, seed: int) -> tuple[list[int], int]:
    """Return the settings that are left, and how many runs it took."""
    columns = draw(default_rng(seed), MOST)
    playing, runs, before = list(range(settings)), 0, 0
    for size in look_sizes(MOST):
        runs += len(playing) * (size - before)
        before = size
        critical = critical_values(len(playing), MOST)[size]
        beaten = find_out(columns[:size][:, playing], critical)
        playing = [cell for index, cell in enumerate(playing) if index not in beaten]
        if len(playing) == 1:
            break
    return playing, runs


def test_the_looks_are_the_beginning_of_one_endless_list() -> None:
    """So that going on with more seeds looks at nothing that was not planned."""
    assert look_sizes(8) == [8]
    assert look_sizes(30) == [8, 12, 18, 27]
    assert look_sizes(100)[:4] == look_sizes(30)
    few, many = critical_values(4, 30), critical_values(4, 100)
    assert {size: many[size] for size in few} == few
    with pytest.raises(ValueError, match="at least 8 seeds"):
        look_sizes(7)


def test_more_settings_and_fewer_seeds_ask_for_more() -> None:
    """What tells two of many apart by chance tells two apart more seldom."""
    assert critical_values(2, 30)[8] < critical_values(5, 30)[8] < critical_values(12, 30)[8]
    assert critical_values(13, 30)[8] > critical_values(12, 30)[8] - 0.5  # the other way to draw


def test_looking_again_and_again_has_the_price_that_is_said() -> None:
    """Two settings, each look made as if it were the only one."""
    assert false_alarm_rate(2, [8]) == pytest.approx(0.05, abs=0.001)
    assert false_alarm_rate(2, [8, 12, 18, 27]) == pytest.approx(0.11, abs=0.02)
    assert false_alarm_rate(2, [5 * look for look in range(1, 17)]) > 0.2


@pytest.mark.slow
@pytest.mark.parametrize("settings", [2, 5, 10])
@pytest.mark.parametrize("kind", ["symmetric", "skewed"])
def test_equal_settings_are_told_apart_in_at_most_7_of_100_cases(settings: int, kind: str) -> None:
    """300 repetitions with up to 93 seeds, at all looks together."""
    draw = _normal([0.0] * settings) if kind == "symmetric" else _skewed(settings)

    false = [len(_play(draw, settings, seed)[0]) < settings for seed in range(300)]

    assert np.mean(false) <= 0.07


@pytest.mark.slow
def test_equal_settings_stay_equal_while_others_leave() -> None:
    """The fewer pairs that are left, the smaller the values; the three best are equal."""
    draw = _normal([0.0, 0.0, 0.0, -0.8, -1.2])

    false = [not {0, 1, 2} <= set(_play(draw, 5, seed)[0]) for seed in range(300)]

    assert np.mean(false) <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("settings", [2, 5, 10])
@pytest.mark.parametrize("seeds", [5, 8, 20])
@pytest.mark.parametrize("kind", ["symmetric", "skewed"])
def test_a_fixed_number_of_seeds_tells_equals_apart_in_at_most_7_of_100_cases(
    settings: int, seeds: int, kind: str
) -> None:
    """300 repetitions; every setting is compared to the first."""
    draw = _normal([0.0] * settings) if kind == "symmetric" else _skewed(settings)
    false = 0
    for seed in range(300):
        columns = draw(default_rng(seed), seeds)
        differences = intervals(columns[:, 1:] - columns[:, :1])
        false += any(difference.excludes_zero for difference in differences)

    assert false / 300 <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize(
    "means",
    [[0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 1.0], [0.0, -0.3, -0.6, -0.9, 0.2, 1.0]],
    ids=["one against one", "one of six", "six in a row"],
)
def test_the_best_is_found_with_at_most_60_of_100_runs(means: list[float]) -> None:
    """As often as a fixed number of seeds finds it, in units of the spread between seeds."""
    played = [_play(_normal(means), len(means), seed) for seed in range(100)]
    best = int(np.argmax(means))
    power = np.mean([left == [best] for left, _ in played])
    runs = np.mean([runs for _, runs in played])

    fixed = next(
        seeds for seeds in (12, 18, 27, 33, 40, 50, 60, 75) if _finds(means, seeds) >= power
    )

    assert power >= 0.95
    assert runs <= 0.6 * len(means) * fixed


def _finds(means: list[float], seeds: int) -> float:
    """Return how often so many seeds show that the best is better than all others."""
    draw, best = _normal(means), int(np.argmax(means))
    return float(
        np.mean([contenders(draw(default_rng(seed), seeds)) == [best] for seed in range(100)])
    )


def test_a_clear_difference_is_decided_at_the_first_look(tmp_path: Path) -> None:
    """Settings that are out stop running; the others go on, and more seeds build on them."""
    vary = {"exploration": [0, 0.1, 0.2, 1]}

    comparison = compare("news", vary, rounds=300, until_decided=True, max_seeds=12, out=tmp_path)
    seeds = {r.setting.level("exploration"): r.seeds for r in comparison.results}

    assert seeds["1"] == 8
    assert max(seeds.values()) == 12
    assert "at any of its looks" in " ".join(comparison.verdict)
    assert len((tmp_path / "results.csv").read_text().splitlines()) == 1 + sum(seeds.values())

    more = compare(
        "news", vary, rounds=300, until_decided=True, max_seeds=18, out=tmp_path, resume=True
    )

    assert not any(warning.kind == "looked-before" for warning in more.warnings)
    assert more.findings.seeds in {12, 18}


def test_going_on_with_a_fixed_number_of_seeds_says_its_price(tmp_path: Path) -> None:
    """Once for each look at other seeds; the same seeds again cost nothing."""
    vary = {"exploration": [0.1, 0.2]}
    compare("news", vary, seeds=5, rounds=100, out=tmp_path)

    again = compare("news", vary, seeds=5, rounds=100, out=tmp_path, resume=True)
    more = compare("news", vary, seeds=9, rounds=100, out=tmp_path, resume=True)

    assert not again.warnings
    assert more.warnings[0].message.startswith(
        "these seeds were compared 2 times, after 5, 9: equal settings are then called different "
        "in 8% of comparisons, not in 5%."
    )


def test_settings_that_are_as_good_as_each_other_are_decided_too() -> None:
    """With a smallest difference that matters, nothing has to be better to stop."""
    comparison = compare(
        "tom-and-anna",
        {"exploration": [0.2], "loop-seed": ["a", "b"]},
        rounds=300,
        until_decided=True,
        max_seeds=60,
        worth=0.2,
    )

    assert comparison.findings.seeds < 60
    assert comparison.results[1].worth == "as good as"
    assert "As good as loop-seed=a, within 0.2: loop-seed=b." in comparison.verdict


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"until_decided": True, "seeds": 9}, "--seeds cannot be had with --until-decided"),
        ({"max_seeds": 9}, "--max-seeds needs --until-decided"),
        ({"until_decided": True, "advise": "exploration"}, "--advise needs all seeds"),
        ({"worth": 0}, "--worth: input should be greater than 0, got 0"),
    ],
)
def test_choices_that_contradict_each_other_are_refused(
    choices: dict[str, object], message: str
) -> None:
    """In one line that says what is possible."""
    with pytest.raises(OptionsInvalid, match=message):
        compare("news", {"exploration": [0.1, 0.2]}, rounds=10, **choices)  # type: ignore[arg-type] # the choices of a user
