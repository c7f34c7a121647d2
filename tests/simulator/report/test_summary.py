"""The figures of a run are those of its interactions."""

import numpy as np
import pytest

from mock_service.settings import LoopSettings
from simulator.engine.run import Listeners
from simulator.model import Interaction
from simulator.report.summary import Summary
from simulator.scenario.catalogue import find_scenario
from simulator.simulations import RunOptions, simulate
from simulator.users.environment import ScenarioEnvironment

NEWS = find_scenario("news")
ROUNDS = 600


@pytest.fixture(scope="module")
def measured() -> tuple[Summary, list[Interaction]]:
    """Return a run's summary and its interactions."""
    seen: list[Interaction] = []
    listeners = Listeners(watcher=seen.append)
    return simulate(NEWS, LoopSettings(), RunOptions(ROUNDS, 2), listeners), seen


def test_means_are_over_the_interactions(measured: tuple[Summary, list[Interaction]]) -> None:
    """Overall, in the last quarter, and by profile."""
    summary, seen = measured
    rewards = np.array([interaction.reward for interaction in seen])

    assert summary.rounds == ROUNDS
    assert summary.mean_reward == pytest.approx(rewards.mean(), abs=1e-6)
    assert summary.mean_reward_last_quarter == pytest.approx(rewards[-150:].mean(), abs=1e-6)
    for profile in summary.profiles:
        theirs = [i.reward for i in seen if i.visit.profile == profile.name]
        assert profile.visits == len(theirs)
        assert profile.mean_reward == pytest.approx(np.mean(theirs), abs=1e-6)


def test_the_curve_covers_every_round_once(measured: tuple[Summary, list[Interaction]]) -> None:
    """Its points, weighted by their rounds, average to the mean reward."""
    summary, _ = measured
    ends = [0, *[point.round for point in summary.curve]]
    total = sum(
        point.mean_reward * (end - start)
        for point, start, end in zip(summary.curve, ends, ends[1:], strict=False)
    )

    assert ends[-1] == ROUNDS
    assert total / ROUNDS == pytest.approx(summary.mean_reward, abs=1e-5)


def test_best_action_and_regret_follow_from_the_tastes(
    measured: tuple[Summary, list[Interaction]],
) -> None:
    """Regret counts expected values, so showing the best action costs nothing."""
    summary, seen = measured
    favourites = {"tech-enthusiast": 0, "sports-fan": 2, "finance-pro": 3}
    shown_best = [i.recommendation.order[0] == favourites[i.visit.profile] for i in seen]

    assert summary.best_action_share == pytest.approx(np.mean(shown_best), abs=1e-6)
    assert summary.regret == pytest.approx(sum(profile.regret for profile in summary.profiles))
    assert [p.best_action for p in summary.profiles] == [
        "article-tech-ai",
        "article-sports-football",
        "article-finance-stocks",
    ]


def test_baselines_are_what_the_same_visits_would_have_earned(
    measured: tuple[Summary, list[Interaction]],
) -> None:
    """Uniform, the best fixed action and the oracle, on the same users and noise."""
    summary, _ = measured
    rewards = np.concatenate([b.rewards for b in ScenarioEnvironment(NEWS, seed=2).blocks(ROUNDS)])
    baselines = summary.baselines

    assert baselines["uniform"].mean_reward == pytest.approx(rewards.mean(), abs=1e-6)
    assert baselines["best_fixed"].mean_reward == pytest.approx(
        rewards.mean(axis=0).max(), abs=1e-6
    )
    assert 0.95 < baselines["oracle"].mean_reward <= rewards.max(axis=1).mean() + 1e-6


def test_an_interrupted_run_keeps_what_was_measured() -> None:
    """Ctrl-C after 300 interactions leaves a summary of 300."""
    seen: list[Interaction] = []

    def watch(interaction: Interaction) -> None:
        seen.append(interaction)
        if len(seen) == 300:
            raise KeyboardInterrupt

    summary = simulate(NEWS, LoopSettings(), RunOptions(ROUNDS, 2), Listeners(watcher=watch))

    assert summary.rounds == 300
    assert summary.mean_reward == pytest.approx(np.mean([i.reward for i in seen]), abs=1e-6)
