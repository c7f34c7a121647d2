"""Users behave as their scenario says, and no choice of ours changes what they would do."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from simulator.errors import OptionsInvalid
from simulator.scenario.catalogue import SHIPPED, find_scenario
from simulator.scenario.load import load_scenario
from simulator.scenario.outcomes import Rating
from simulator.users.behaviour import _expected_rating
from simulator.users.environment import BLOCK, ScenarioEnvironment

NEWS = find_scenario("news")


def test_fewer_rounds_are_the_beginning_of_more() -> None:
    """A run of 300 sees the first 300 visits of a run of 1,000."""
    short = [
        visit for block in ScenarioEnvironment(NEWS, seed=3).blocks(300) for visit in block.visits
    ]
    long = [
        visit for block in ScenarioEnvironment(NEWS, seed=3).blocks(1000) for visit in block.visits
    ]

    assert short == long[:300]


def test_another_seed_gives_other_visits() -> None:
    """Seeds matter."""
    first = next(ScenarioEnvironment(NEWS, seed=1).blocks(BLOCK))
    second = next(ScenarioEnvironment(NEWS, seed=2).blocks(BLOCK))

    assert first.visits != second.visits
    assert not np.array_equal(first.rewards, second.rewards)


def test_every_context_has_the_features_of_the_profile_and_the_sampled_ones() -> None:
    """A context is the profile's own features, then those drawn for the visit."""
    for visit in next(ScenarioEnvironment(NEWS, seed=1).blocks(BLOCK)).visits:
        context = {
            name: value for item in json.loads(visit.context) for name, value in item.items()
        }
        fixed = NEWS.profiles[visit.profile].context

        assert fixed.items() <= context.items()
        assert context.keys() - fixed.keys() == {"prefersDarkMode", "sessionDuration"}
        assert context["prefersDarkMode"] in (True, False)
        assert 1 <= context["sessionDuration"] <= 30


def test_ratings_stay_within_a_tenth_of_the_taste_and_within_bounds() -> None:
    """A rating is the taste, give or take 0.1, clipped to [0, 1] and rounded."""
    block = next(ScenarioEnvironment(NEWS, seed=1).blocks(BLOCK))
    table = NEWS.tastes.by_profile
    tastes = np.array([[table[v.profile][a.id] for a in v.actions] for v in block.visits])

    assert np.all(np.abs(block.rewards - tastes) <= 0.1 + 1e-9)
    assert block.rewards.min() >= 0
    assert block.rewards.max() <= 1
    assert np.array_equal(block.rewards, block.rewards.round(2))
    assert np.abs(block.rewards - tastes).max() > 0.09


def test_expected_values_are_the_means_of_many_values() -> None:
    """What is computed is what is drawn: also where clipping bites, at a taste of 1."""
    blocks = list(ScenarioEnvironment(NEWS, seed=1).blocks(BLOCK * 100))
    drawn = np.concatenate([block.values for block in blocks])
    expected = np.concatenate([block.expected_values for block in blocks])

    assert np.allclose(drawn.mean(axis=0), expected.mean(axis=0), atol=0.002)
    assert expected.max() == pytest.approx(0.975)


def test_a_funnels_expected_values_are_the_means_of_many_values() -> None:
    """Each step depends on the one before it, and some exclude each other."""
    blocks = list(ScenarioEnvironment(find_scenario("news-clickbait"), seed=1).blocks(BLOCK * 200))
    drawn = np.concatenate([block.values for block in blocks])
    expected = np.concatenate([block.expected_values for block in blocks])

    assert np.allclose(drawn.mean(axis=0), expected.mean(axis=0), atol=0.01)
    for block in blocks[:3]:
        click, read, share, leave = (
            block.outcomes[name].amounts for name in ("click", "read", "share", "leave")
        )
        assert np.all(read <= click)
        assert np.all(share <= read)
        assert np.all(leave <= click - read)


def test_tastes_drift_at_a_moment_or_bit_by_bit() -> None:
    """In the drift scenario: sports fans after 2.5 hours, finance professionals from 1 h to 3 h."""
    blocks = list(ScenarioEnvironment(find_scenario("news-drift"), seed=1).blocks(3000))
    visits = [visit for block in blocks for visit in block.visits]
    expected = np.concatenate([block.expected_values for block in blocks])
    hours = np.array([visit.offset.total_seconds() / 3600 for visit in visits])
    fans = np.array([visit.profile == "sports-fan" for visit in visits])
    finance = np.array([visit.profile == "finance-pro" for visit in visits])

    assert np.allclose(expected[fans & (hours < 2.5), 2], 0.975)
    assert np.allclose(expected[fans & (hours >= 2.5), 2], 0.2)
    assert np.allclose(expected[finance & (hours < 1), 1], 0.5)
    assert np.allclose(expected[finance & (hours > 3), 1], 0.975)
    middle = finance & (abs(hours - 2) < 0.05)
    assert np.allclose(expected[middle, 1], 0.75, atol=0.02)
    assert np.allclose(expected[middle, 3], 0.6, atol=0.03)


def test_the_reward_design_changes_nothing_but_rewards() -> None:
    """Visits, outcomes and values are the same: common random numbers."""
    bait = find_scenario("news-clickbait")
    clicks = next(ScenarioEnvironment(bait, seed=4, reward="clicks").blocks(BLOCK))
    engagement = next(ScenarioEnvironment(bait, seed=4, reward="engagement").blocks(BLOCK))

    assert clicks.visits == engagement.visits
    assert np.array_equal(clicks.values, engagement.values)
    for name, draws in clicks.outcomes.items():
        assert np.array_equal(draws.amounts, engagement.outcomes[name].amounts)
    assert not np.array_equal(clicks.rewards, engagement.rewards)


def test_visits_come_as_often_as_the_traffic_says() -> None:
    """600 visits an hour are one every six seconds."""
    *_, last = (
        visit for block in ScenarioEnvironment(NEWS, seed=1).blocks(6000) for visit in block.visits
    )

    assert last.offset.total_seconds() / 6000 == pytest.approx(6.0, rel=0.05)


def test_profiles_come_as_often_as_their_weights_say(tmp_path: Path) -> None:
    """A weight of 8 among 1 and 1 is eight visits in ten."""
    heavy = tmp_path / "heavy.toml"
    news = (SHIPPED / "news.toml").read_text()
    fan = "[profiles.sports-fan.context]"
    heavy.write_text(news.replace(fan, f"[profiles.sports-fan]\nweight = 8\n\n{fan}"))
    visits = [
        v for b in ScenarioEnvironment(load_scenario(heavy), seed=1).blocks(5000) for v in b.visits
    ]

    share = sum(visit.profile == "sports-fan" for visit in visits) / len(visits)
    assert share == pytest.approx(0.8, abs=0.02)


def test_an_unknown_reward_design_is_refused() -> None:
    """The message says which there are."""
    with pytest.raises(OptionsInvalid, match="expected one of rating, got 'clicks'"):
        ScenarioEnvironment(NEWS, seed=1, reward="clicks")


@pytest.mark.parametrize("decimals", [0, 1, 2, 9])
def test_the_true_value_of_a_rating_is_that_of_what_users_give(decimals: int) -> None:
    """Rounded and clipped: with 0 decimals a taste of 0.6 is worth two thirds, and not 0.6."""
    outcome = Rating(rating=0.3, decimals=decimals)
    tastes = np.array([0.05, 0.6, 0.97])
    noise = default_rng(1).uniform(-1, 1, (400_000, 1))

    given = np.clip(tastes + outcome.rating * noise, 0, 1).round(decimals).mean(axis=0)

    assert _expected_rating(outcome, tastes) == pytest.approx(given, abs=0.002)
    if decimals == 0:
        assert _expected_rating(outcome, tastes)[1] == pytest.approx(2 / 3)
