"""The coffee shop: 36 situations that two features at a time cannot tell apart."""

import pytest

from simulator.report.summary import Summary
from simulator.simulations import RunOptions
from tests.helpers.stories import played

SEEDS = range(1, 7)
ROUNDS = 10_000


def _best_tenth(run: Summary) -> float:
    """Return the highest mean reward over a tenth of the run."""
    means = [point.mean_reward for point in run.curve]
    size = len(means) // 10
    return max(sum(means[end - size : end]) / size for end in range(size, len(means) + 1))


@pytest.mark.parametrize("policy", ["quick", "context-action"])
@pytest.mark.parametrize("seed", SEEDS)
def test_crossing_by_two_reaches_a_plateau(seed: int, policy: str) -> None:
    """Below 0.65 in the last quarter, and hardly better than in the one before."""
    run = played("coffee", RunOptions(ROUNDS, seed), policy=policy)
    third_quarter = [point.mean_reward for point in run.curve[20:30]]

    assert run.mean_reward_last_quarter is not None
    assert run.mean_reward_last_quarter < 0.65
    assert run.mean_reward_last_quarter < sum(third_quarter) / len(third_quarter) + 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_crossing_by_three_learns_them(seed: int) -> None:
    """At least 0.80 in the last quarter, where 0.85 is reachable."""
    run = played("coffee", RunOptions(ROUNDS, seed), policy="context-pair-action")

    assert run.mean_reward_last_quarter is not None
    assert 0.80 <= run.mean_reward_last_quarter <= 0.87


@pytest.mark.parametrize("seed", SEEDS)
def test_crossing_everything_by_three_gets_there_later(seed: int) -> None:
    """With more weights to learn, it reaches 0.80 too."""
    run = played("coffee", RunOptions(ROUNDS, seed), policy="three-way")

    assert 0.80 <= _best_tenth(run) <= 0.88
