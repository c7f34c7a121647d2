"""One rule for the rate of exploration: what was chosen last, else the policy's own, else 0.2."""

from typing import Any

import pytest

from mock_service.clock import SystemClock
from mock_service.loop.configuration import Configuration, Mode
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings, Settings
from mock_service.vowpal.presets import PRESETS
from personalizer_lab import LocalPersonalizer
from simulator.experiment.factors import factor, list_settings
from simulator.scenario.catalogue import find_scenario
from simulator.worker import loop_settings
from tests.helpers.servers import Endpoint, served

OWN = "--cb_explore_adf --epsilon 0.6 --cb_type mtr -q ::"
SERVICE, POLICY = (f"/personalizer/v1.0/configurations/{name}" for name in ("service", "policy"))
AZURE = PRESETS["azure"].arguments


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (LoopSettings(), 0.2),
        (LoopSettings().with_changes(policy=OWN), 0.6),
        (LoopSettings().with_changes(policy=OWN, exploration=0.2), 0.2),
        (LoopSettings().with_changes(policy="quick", exploration=0.4), 0.4),
        (LoopSettings(configuration=Configuration(exploration=0.3)), 0.3),
        (LoopSettings().with_changes(policy="squarecb"), 0.2),
    ],
)
def test_a_new_loop_explores_by_one_rule(settings: LoopSettings, expected: float) -> None:
    """Whatever starts it: all loops are made here."""
    assert build_loop(settings, SystemClock()).state.exploration == expected


def test_comparisons_and_the_fixture_keep_the_rule() -> None:
    """A policy that is varied explores as it says; so does that of a test."""
    (setting,) = list_settings(find_scenario("news"), (factor("policy", [OWN]),))
    loop = build_loop(loop_settings(setting.choices), SystemClock())
    with LocalPersonalizer(policy=OWN) as personalizer:
        endpoint = Endpoint(personalizer.endpoint, personalizer.key)
        shown = endpoint.send("GET", SERVICE).json()["explorationPercentage"]

    assert (loop.state.exploration, shown) == (0.6, 0.6)


def shown_rates(endpoint: Endpoint) -> tuple[float, float]:
    """Return the epsilon that GET policy shows, and the rate that GET configuration does."""
    words = endpoint.send("GET", POLICY).json()["arguments"].split()
    configuration = endpoint.send("GET", SERVICE).json()
    return float(words[words.index("--epsilon") + 1]), configuration["explorationPercentage"]


def test_the_later_write_wins() -> None:
    """As recorded: a policy's epsilon over the configuration's rate, and the other way round."""
    with served(Settings(loop=LoopSettings(Mode.AZURE))) as endpoint:
        configuration = endpoint.send("GET", SERVICE).json() | {"explorationPercentage": 0.3}
        endpoint.send("PUT", SERVICE, configuration).raise_for_status()
        after_configuration = shown_rates(endpoint)
        endpoint.send("PUT", POLICY, {"name": "p", "arguments": AZURE}).raise_for_status()
        after_policy = shown_rates(endpoint)
        endpoint.send("PUT", SERVICE, configuration).raise_for_status()
        again = shown_rates(endpoint)
        deleted = endpoint.send("DELETE", POLICY).json()["arguments"]

    assert after_configuration == (0.3, 0.3)
    assert after_policy == (0.2, 0.3)
    assert again == (0.3, 0.3)
    assert "--epsilon 0.2" in deleted


def rates(ranked: dict[str, Any]) -> set[float]:
    """Return the probabilities of an answer; those of single precision have more digits."""
    return {round(one["probability"], 6) for one in ranked["ranking"]}


def test_ranks_explore_by_the_rate_that_was_written_last() -> None:
    """Also when the configuration that is written is the one that was there."""
    body = {
        "contextFeatures": [{"k": 1}],
        "actions": [{"id": "a", "features": [{"f": 1}]}, {"id": "b", "features": [{"f": 2}]}],
    }
    with served() as endpoint:
        event = endpoint.rank(body).json()
        endpoint.post(f"/personalizer/v1.0/events/{event['eventId']}/reward", {"value": 1.0})
        configuration = endpoint.send("GET", SERVICE).json()
        endpoint.send("PUT", POLICY, {"name": "p", "arguments": OWN}).raise_for_status()
        by_policy = rates(endpoint.rank(body).json())
        endpoint.send("PUT", SERVICE, configuration).raise_for_status()
        by_configuration = rates(endpoint.rank(body).json())

    assert by_policy == {0.7, 0.3}
    assert by_configuration == {0.9, 0.1}
