"""The truth never reaches a personalizer, and what one decides changes nobody's mind."""

import json

import pytest

from mock_service.loop.configuration import Configuration
from mock_service.settings import LoopSettings
from simulator.engine.run import Listeners
from simulator.model import Interaction
from simulator.scenario.catalogue import find_scenario, shipped_names
from simulator.simulations import RunOptions, simulate

ROUNDS = 300
SINGLE = [name for name in shipped_names() if not find_scenario(name).slots]
"""Those that show one action a visit."""


def _seen(name: str, settings: LoopSettings, reward: str = "") -> list[Interaction]:
    seen: list[Interaction] = []
    options = RunOptions(ROUNDS, 6, reward)
    simulate(find_scenario(name), settings, options, Listeners(watcher=seen.append))
    return seen


@pytest.mark.parametrize("name", SINGLE)
def test_a_rank_request_holds_context_and_actions_and_nothing_else(name: str) -> None:
    """No profile, no taste, no value: only what the file calls features."""
    scenario = find_scenario(name)
    names = {key for profile in scenario.profiles.values() for key in profile.context}
    names |= set(scenario.context)
    features = [spec.features for spec in scenario.actions]

    for interaction in _seen(name, LoopSettings()):
        context = [key for item in json.loads(interaction.visit.context) for key in item]
        assert set(context) <= names
        assert [json.loads(a.features) for a in interaction.visit.actions] == features


@pytest.mark.parametrize("name", SINGLE)
def test_no_choice_of_ours_changes_what_users_would_do(name: str) -> None:
    """Common random numbers: exploration and policy leave visits and every outcome alone."""
    careful = _seen(name, LoopSettings(configuration=Configuration(exploration=0.0)))
    curious = _seen(name, LoopSettings(configuration=Configuration(exploration=0.9)))
    other = _seen(name, LoopSettings(policy="no-interactions"))

    assert [i.recommendation for i in careful] != [i.recommendation for i in curious]
    for runs in zip(careful, curious, other, strict=True):
        assert len({i.visit for i in runs}) == 1
        assert runs[0].truth == runs[1].truth == runs[2].truth


def test_another_reward_design_leaves_arrivals_tastes_and_outcomes_alone() -> None:
    """Only what is reported differs."""
    clicks = _seen("news-clickbait", LoopSettings(), "clicks")
    engagement = _seen("news-clickbait", LoopSettings(), "engagement")

    for one, other in zip(clicks, engagement, strict=True):
        assert one.visit == other.visit
        assert one.truth.outcomes == other.truth.outcomes
        assert one.truth.values == other.truth.values
        assert one.truth.expected_values == other.truth.expected_values
    assert [i.reward for i in clicks] != [i.reward for i in engagement]
