"""Searching for better policies: found on the earlier part, judged on the later one."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from mock_service.evaluation.evaluate_log import SearchResult
from mock_service.evaluation.logged_data import LoggedData, collect
from mock_service.evaluation.pipeline import Execution
from mock_service.evaluation.search_space import SearchOptions, interaction_sets
from mock_service.settings import LoopSettings
from mock_service.vowpal.presets import resolve_policy
from tests.helpers.logged_runs import logged_run, search_log

OPTIONS = SearchOptions(trials=24)


@pytest.fixture(scope="module")
def log() -> LoggedData:
    """Return what the service's default policy leaves behind after 3,000 visits."""
    return collect(logged_run("news", 3000, seed=1, settings=LoopSettings(policy="azure")).events)


@pytest.fixture(scope="module")
def found(log: LoggedData) -> SearchResult:
    """Return what a short search finds in it."""
    return search_log(log, OPTIONS)


def test_a_search_finds_a_better_policy_than_the_services_default(found: SearchResult) -> None:
    """Beyond chance, on decisions it has not seen."""
    best, online = found.best[0], found.others[0]

    assert best.overlap.decisions == 900
    assert best.uplift.low is not None
    assert best.uplift.low > 0
    assert (best.best_estimate.value or 0) > (online.best_estimate.value or 0)


def test_found_policies_have_names_and_can_be_applied(found: SearchResult) -> None:
    """Their arguments pass the list of safe options, and no two are of a kind."""
    assert [one.policy.name for one in found.best] == ["Hyper1", "Hyper2", "Hyper3"]
    for one in found.best:
        assert resolve_policy(one.policy.arguments) == one.policy.arguments


def test_the_same_seed_finds_the_same_however_many_processes(
    log: LoggedData, found: SearchResult
) -> None:
    """To the last digit."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        again = search_log(log, OPTIONS, Execution(executor))

    assert again == found


def test_what_may_be_crossed_is_named_after_the_logs_namespaces(log: LoggedData) -> None:
    """Context with action by their first characters, up to three of them."""
    crossed = interaction_sets(log.events)

    assert crossed["context with action"] == "-q Fj"
    assert crossed["context pairs with action"] == "-q Fj --cubic FFj"
