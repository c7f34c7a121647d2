"""The drift story: without exploration nobody notices that tastes have changed."""

import pytest

from simulator.simulations import RunOptions
from tests.helpers.stories import played

SEEDS = range(1, 5)


def _means(exploration: float) -> float:
    """Return the mean reward of the last quarter, over some seeds."""
    runs = [played("news-drift", RunOptions(3000, s), exploration=exploration) for s in SEEDS]
    last = [run.mean_reward_last_quarter for run in runs if run.mean_reward_last_quarter]
    return sum(last) / len(last)


def test_the_best_exploration_lies_between_none_and_all() -> None:
    """None gets stuck, and choosing blindly never uses what it knows."""
    stuck, some, blind = (_means(exploration) for exploration in (0.0, 0.1, 1.0))

    assert some > stuck + 0.2
    assert some > blind + 0.2
    assert some == pytest.approx(0.91, abs=0.04)
