"""The story of the coffee shop's log: a policy found in it earns more when it is really used."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from mock_service.evaluation.logged_data import collect
from mock_service.evaluation.pipeline import Execution
from mock_service.evaluation.search_space import SearchOptions
from mock_service.settings import LoopSettings
from simulator.scenario.catalogue import find_scenario
from simulator.simulations import RunOptions, simulate
from tests.helpers.logged_runs import logged_run, search_log

ROUNDS = 10_000
AZURE = LoopSettings(policy="azure")


@pytest.mark.slow
def test_what_a_search_finds_in_the_default_policys_log_pleases_the_regulars() -> None:
    """The default earns about half of what could be; the found policy at least three quarters.

    It is used in runs of its own, by users it has never met in the log.
    """
    logged = collect(logged_run("coffee", ROUNDS, seed=1, settings=AZURE).events)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        found = search_log(logged, SearchOptions(), Execution(executor))

    best = LoopSettings(policy=found.best[0].policy.arguments)
    for seed in (2, 3):
        default, used = (
            simulate(find_scenario("coffee"), settings, RunOptions(ROUNDS, seed)).mean_reward or 0.0
            for settings in (AZURE, best)
        )
        assert default < 0.6
        assert used >= 0.75
