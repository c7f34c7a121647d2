"""Replay: a policy that learns earns on its own what it would earn online."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pytest

from mock_service.dsjson.reader import read_log
from mock_service.evaluation.evaluate_log import evaluate_log
from mock_service.evaluation.evaluator import Options
from mock_service.evaluation.logged_data import LoggedData, collect
from mock_service.evaluation.policies import custom_policy, default_policies
from mock_service.evaluation.recommendation import verdict_in_words
from mock_service.evaluation.replay import MIN_ACCEPTED, replay
from mock_service.settings import LoopSettings
from simulator.scenario.catalogue import find_scenario
from simulator.simulations import RunOptions, simulate
from tests.helpers.field_logs import online_lines, thinned_lines, to_log
from tests.helpers.logged_runs import logged_run

GREEDY = "--cb_explore_adf --epsilon 0 --cb_type mtr -q ::"
BY_LOT = "--cb_explore_adf --epsilon 1 --cb_type mtr -q ::"
SEEDS = range(1, 13)
VISITS = 5_000


@lru_cache
def blind_log(seed: int) -> LoggedData:
    """Return what a choice by lot leaves behind."""
    settings = LoopSettings().with_changes(policy=BY_LOT)
    return collect(logged_run("news", VISITS, seed=seed, settings=settings).events)


@pytest.mark.parametrize("policy", [GREEDY, "quick"])
def test_a_replay_earns_what_the_policy_earns_online(policy: str) -> None:
    """Within 0.02 in the mean of 12 logs, with as many visits as were accepted."""
    replayed, online = [], []
    for seed in SEEDS:
        found = replay(custom_policy("p", policy), blind_log(seed), np.random.default_rng(1))
        replayed.append(found.mean_reward.value or 0.0)
        options = RunOptions(found.accepted, seed + 100)
        settings = LoopSettings().with_changes(policy=policy)
        online.append(simulate(find_scenario("news"), settings, options).mean_reward or 0.0)
        assert found.accepted == pytest.approx(VISITS / 5, rel=0.1)

    assert np.mean(replayed) == pytest.approx(np.mean(online), abs=0.02)


def test_advice_goes_to_the_policy_that_also_earns_most_on_its_own() -> None:
    """And both figures are said: learning from what others chose is not what it is used for."""
    policies = [custom_policy("greedy", GREEDY), custom_policy("quick", "quick")]
    study = evaluate_log(blind_log(1), [*default_policies(), *policies], Options())
    advice, *_ = verdict_in_words(study.verdicts)

    assert advice.startswith("Apply quick: learning from this log, it earns 0.8")
    assert "On its own it would have earned 0.8" in advice
    assert "decisions that a replay accepts" in advice


def test_a_policy_that_fails_on_its_own_is_not_recommended() -> None:
    """It never explores, and what it earned was found by the exploration of others."""
    logged = collect(
        logged_run("news", VISITS, seed=1, settings=LoopSettings(policy="azure")).events
    )
    policies = [*default_policies(), custom_policy("greedy", GREEDY)]
    study = evaluate_log(logged, policies, Options())
    advice, *_ = verdict_in_words(study.verdicts)

    assert advice.startswith("Keep the online policy: it earned 0.7")
    assert "but on its own less than a choice by lot" in advice


def test_a_replay_of_too_little_says_nothing() -> None:
    """But how little it was."""
    logged = collect(read_log(to_log(online_lines(60))))
    found = replay(custom_policy("p", "quick"), logged, np.random.default_rng(1))

    assert 0 < found.accepted < MIN_ACCEPTED
    assert found.mean_reward.value is None


def test_what_was_left_out_of_a_log_is_accepted_more_often() -> None:
    """So that the accepted decisions are as if nothing had been left out."""
    logged = collect(read_log(to_log(thinned_lines(40_000))))
    found = replay(custom_policy("lot", BY_LOT), logged, np.random.default_rng(1))

    assert found.mean_reward.value == pytest.approx(0.6, abs=0.03)


@pytest.fixture(autouse=True, scope="module")
def _forget() -> Iterator[None]:
    """Let go of the logs once the tests of this file are done."""
    yield
    blind_log.cache_clear()
