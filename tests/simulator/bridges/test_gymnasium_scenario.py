"""A scenario as a Gymnasium environment: what its checker asks, and what a visit is."""

from pathlib import Path

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from personalizer_lab import GymnasiumScenario, OptionsInvalid, simulate
from simulator.scenario.catalogue import find_scenario
from simulator.users.environment import ScenarioEnvironment
from tests.helpers.reward_scenarios import scenario_with_a_late_action


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
@pytest.mark.parametrize("scenario", ["news", "tom-and-anna", "coffee"])
def test_gymnasiums_own_checker_is_content(scenario: str) -> None:
    """Spaces, seeds and the shape of every answer."""
    check_env(GymnasiumScenario(scenario, rounds=50), skip_render_check=True)


def test_an_episode_has_the_visits_of_simulate() -> None:
    """With their rewards, and as many steps as rounds."""
    environment = GymnasiumScenario("news", rounds=300, seed=2)
    block = next(ScenarioEnvironment(find_scenario("news"), seed=2).blocks(256))
    _, told = environment.reset()
    users = [told["context"]["userId"]]
    earned, over = [], False
    while not over:
        _, reward, terminated, over, told = environment.step(np.int64(1))
        assert not terminated
        earned.append(reward)
        users.append(told["context"].get("userId"))

    assert len(earned) == 300
    assert earned[:256] == block.rewards[:, 1].tolist()
    assert users[300] is None
    with pytest.raises(OptionsInvalid, match="the episode is over"):
        environment.step(np.int64(0))


def test_blind_choice_earns_what_ours_does() -> None:
    """Within four deviations of the mean of 2,000 visits."""
    environment = GymnasiumScenario("news", rounds=2000, seed=1)
    environment.reset()
    rng = np.random.default_rng(0)
    earned = [environment.step(rng.integers(5))[1] for _ in range(2000)]

    blind = simulate("news", rounds=2000, seed=1).summary.baselines["uniform"].mean_reward
    assert np.mean(earned) == pytest.approx(blind, abs=4 * 0.3 / 2000**0.5)


def test_an_episode_without_a_seed_takes_the_next_one() -> None:
    """And with one that one, whatever was before."""
    environment = GymnasiumScenario("news", rounds=20, seed=7)
    first, second = environment.reset()[0], environment.reset()[0]
    again, eighth = environment.reset(seed=7)[0], environment.reset(seed=8)[0]

    assert np.array_equal(first, again)
    assert np.array_equal(second, eighth)
    assert not np.array_equal(first, second)


def test_what_is_not_offered_is_masked_and_earns_nothing(tmp_path: Path) -> None:
    """Its row is 0."""
    environment = GymnasiumScenario(scenario_with_a_late_action(tmp_path), rounds=1000)
    observed, told = environment.reset()
    (missing,) = np.flatnonzero(told["action_mask"] == 0)

    assert not observed[missing].any()
    assert observed[told["action_mask"] == 1].any(axis=1).all()
    assert environment.step(missing)[1] == 0
    for _ in range(998):
        _, _, _, _, told = environment.step(np.int64(0))
    assert told["action_mask"].all()


def test_what_is_no_action_is_refused() -> None:
    """With what was expected."""
    environment = GymnasiumScenario("news", rounds=5)
    with pytest.raises(OptionsInvalid, match="call reset"):
        environment.step(np.int64(0))
    environment.reset()

    with pytest.raises(OptionsInvalid, match="action: expected 0 to 4, got 5"):
        environment.step(np.int64(5))


def test_more_features_than_columns_are_an_error() -> None:
    """As in any FeatureMatrix, before the first episode."""
    with pytest.raises(ValueError, match="make a FeatureMatrix"):
        GymnasiumScenario("news", columns=4)
