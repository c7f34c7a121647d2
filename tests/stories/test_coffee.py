"""The coffee shop: 36 situations that two features at a time cannot tell apart."""

import pytest

from simulator.build import RunOptions
from tests.stories.playing import played

SEEDS = (1, 2, 3)
ROUNDS = 10_000


@pytest.mark.parametrize("seed", SEEDS)
def test_crossing_by_two_reaches_a_plateau(seed: int) -> None:
    """Below 0.65 in the last quarter, and no better than in the one before."""
    run = played("coffee", RunOptions(ROUNDS, seed), policy="quick")
    third_quarter = [point.mean_reward for point in run.curve[20:30]]

    assert run.mean_reward_last_quarter is not None
    assert run.mean_reward_last_quarter < 0.65
    assert run.mean_reward_last_quarter < sum(third_quarter) / len(third_quarter) + 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_crossing_by_three_learns_them(seed: int) -> None:
    """At least 0.80, where 0.85 is reachable."""
    run = played("coffee", RunOptions(ROUNDS, seed), policy="three-way")

    assert run.mean_reward_last_quarter is not None
    assert 0.80 <= run.mean_reward_last_quarter <= 0.87
