"""Intervals hold as often as they say, and the recommended number of seeds is enough."""

import numpy as np
import pytest
from numpy.random import default_rng

from simulator.experiment.posterior import weigh_settings
from simulator.experiment.statistics import (
    MAX_SEEDS,
    balanced_intervals,
    contenders,
    critical_value,
    intervals,
    recommended_seeds,
)


def test_an_interval_is_around_the_mean_and_narrows_with_more_seeds() -> None:
    """The estimate is the mean; sixteen times the seeds are about a quarter of the width."""
    columns = default_rng(1).normal(3.0, 1.0, (320, 1))

    wide, narrow = intervals(columns[:20])[0], intervals(columns)[0]

    assert narrow.estimate == pytest.approx(columns.mean())
    assert narrow.high - narrow.estimate == pytest.approx(narrow.estimate - narrow.low)
    assert narrow.high - narrow.low < 0.4 * (wide.high - wide.low)
    assert narrow.excludes_zero


def test_more_comparisons_make_wider_intervals_and_equal_ones_do_not() -> None:
    """The correction is for what can go wrong apart: ten copies of one column are one question."""
    columns = default_rng(2).normal(size=(20, 10))
    copies = np.repeat(columns[:, :1], 10, axis=1)

    assert critical_value(columns) > critical_value(columns[:, :1]) + 0.4
    assert critical_value(copies) == pytest.approx(critical_value(columns[:, :1]))


def test_settings_that_do_exactly_the_same_are_not_called_different() -> None:
    """No difference at all, without any spread, is no difference."""
    assert not intervals(np.zeros((20, 3)))[2].excludes_zero
    assert contenders(np.full((20, 3), 0.5)) == [0, 1, 2]
    assert [one.best_probability for one in weigh_settings(np.full((20, 4), 0.5), range(4))] == [
        0.25
    ] * 4


def test_two_seeds_make_an_interval_that_decides_nothing() -> None:
    """Student's t with one degree of freedom, 12.7 standard errors, and no word on the shape."""
    columns = np.array([[1.0], [1.01]])

    assert critical_value(columns) == pytest.approx(12.706, abs=0.001)
    assert intervals(columns)[0].low > 0
    assert not intervals(columns)[0].excludes_zero


def test_seeds_that_are_all_alike_decide_nothing() -> None:
    """An interval without any width is a sign of few different runs, not of certainty."""
    assert not intervals(np.full((8, 1), 0.1))[0].excludes_zero


def test_what_is_far_ahead_is_the_only_contender() -> None:
    """And the best one for certain."""
    columns = default_rng(3).normal([0, 0, 9, 0], 1, (20, 4))

    assert contenders(columns) == [2]
    assert weigh_settings(columns, [2])[2].best_probability == 1.0


def test_small_differences_take_more_seeds_and_none_take_too_many() -> None:
    """Half the difference takes about four times the seeds."""
    noise = default_rng(4).normal(size=20)
    noise -= noise.mean()

    seeds = [recommended_seeds(noise + shift, 2.1) for shift in (1.0, 0.5, 0.25)]

    assert seeds[0] is not None
    assert seeds[1] is not None
    assert seeds[2] is not None
    assert 3 < seeds[1] / seeds[0] < 4.5
    assert 3.5 < seeds[2] / seeds[1] < 4.5
    assert recommended_seeds(noise, 2.1) is None
    assert MAX_SEEDS == 10_000


def test_a_column_that_hardly_varies_does_not_widen_the_others() -> None:
    """One seed in eight is far off there, which says nothing of the other columns."""
    columns = default_rng(5).normal(1.0, 0.2, (8, 4))
    columns[:, 0] = [0, 0, 0.001, 0, 0, -0.001, 0.5, 0]

    first, *others = balanced_intervals(columns)

    assert not first.excludes_zero
    assert all(interval.excludes_zero for interval in others)
    assert not any(interval.excludes_zero for interval in intervals(columns))


@pytest.mark.slow
@pytest.mark.parametrize("comparisons", [5, 15])
@pytest.mark.parametrize("seeds", [5, 8, 20])
@pytest.mark.parametrize("kind", ["normal", "exponential"])
def test_balanced_intervals_of_equal_settings_leave_zero_out_in_at_most_7_of_100_cases(
    seeds: int, comparisons: int, kind: str
) -> None:
    """Together, of differences to one and the same baseline."""
    chance = default_rng(seeds * 100 + comparisons)
    draw = chance.normal if kind == "normal" else chance.exponential
    missed = 0
    for _ in range(300):
        settings = draw(size=(seeds, comparisons + 1))
        told = balanced_intervals(settings[:, 1:] - settings[:, :1])
        missed += any(interval.excludes_zero for interval in told)

    assert missed / 300 <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("comparisons", [1, 5])
@pytest.mark.parametrize("seeds", [5, 10, 20])
def test_intervals_miss_the_truth_in_at_most_7_of_100_cases(seeds: int, comparisons: int) -> None:
    """Together, though the differences have the heavy tails of a normal times a normal."""
    chance = default_rng(seeds * 100 + comparisons)
    missed = 0
    for _ in range(500):
        shared = chance.normal(size=(seeds, 1))
        own = chance.normal(size=(seeds, comparisons)) * chance.normal(size=(seeds, comparisons))
        missed += any(interval.excludes_zero for interval in intervals(shared + own))

    assert missed / 500 <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("effect", [0.4, 1.0])
@pytest.mark.parametrize("pilot", [5, 20])
def test_the_recommended_seeds_find_a_known_difference_in_8_of_10_cases(
    pilot: int, effect: float
) -> None:
    """A small sample first, and if that is undecided, as many more seeds as it recommends."""
    chance = default_rng(pilot)
    found = 0
    for _ in range(250):
        differences = chance.normal(effect, 1, (pilot, 1))
        if not intervals(differences)[0].excludes_zero:
            seeds = recommended_seeds(differences[:, 0], critical_value(differences))
            more = (seeds or MAX_SEEDS) - pilot
            differences = np.concatenate([differences, chance.normal(effect, 1, (more, 1))])
        found += intervals(differences)[0].excludes_zero

    assert found / 250 >= 0.8
