"""Tom and Anna: what crossing context and articles is worth."""

import pytest

from simulator.simulations import RunOptions
from tests.helpers.stories import played

SEEDS = range(1, 7)
ROUNDS = 5000


@pytest.mark.parametrize("seed", SEEDS)
def test_crossing_readers_and_articles_comes_near_the_ceiling(seed: int) -> None:
    """0.8286 is reachable while one rank in five explores seven articles."""
    run = played("tom-and-anna", RunOptions(ROUNDS, seed), policy="context-action")

    assert run.mean_reward is not None
    assert 0.78 <= run.mean_reward <= 0.8286


@pytest.mark.parametrize("seed", SEEDS)
def test_without_interactions_the_best_single_article_is_all_there_is(seed: int) -> None:
    """Politics pleases every second visit: half of the time, less what exploring costs."""
    run = played("tom-and-anna", RunOptions(ROUNDS, seed), policy="no-interactions")

    assert run.mean_reward is not None
    assert 0.39 <= run.mean_reward <= 0.435


@pytest.mark.parametrize("seed", SEEDS)
def test_blind_choice_pleases_one_visit_in_seven(seed: int) -> None:
    """As a baseline, and as a personalizer that does nothing but explore."""
    run = played("tom-and-anna", RunOptions(ROUNDS, seed), exploration=1.0)

    assert 0.135 <= run.baselines["uniform"].mean_reward <= 0.155
    assert run.mean_reward == pytest.approx(1 / 7, abs=0.02)
    assert run.baselines["oracle"].mean_reward == 1.0
