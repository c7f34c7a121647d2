"""Rank over HTTP, as clients see it."""

import re

from mock_service.settings import LoopSettings, Settings
from tests.helpers.servers import ARTICLES, Endpoint, served


def test_rank_is_answered_201_with_the_documented_fields(endpoint: Endpoint) -> None:
    """Three actions of an untrained loop: a third each, the chosen one in front."""
    reply = endpoint.rank({"contextFeatures": [{"x": 1}], "actions": ARTICLES, "eventId": "e-1"})
    body = reply.json()

    assert reply.status_code == 201
    assert list(body) == ["ranking", "eventId", "rewardActionId"]
    assert body["eventId"] == "e-1"
    assert body["ranking"][0]["id"] == body["rewardActionId"]
    assert {line["probability"] for line in body["ranking"]} == {0.33333334}


def test_one_action_is_chosen_with_certainty(endpoint: Endpoint) -> None:
    """There is nothing to explore."""
    body = endpoint.rank({"actions": ARTICLES[:1]}).json()

    assert body["ranking"] == [{"id": "politics", "probability": 1.0}]


def test_context_features_may_be_left_out(endpoint: Endpoint) -> None:
    """Recorded clients do so."""
    assert endpoint.rank({"actions": ARTICLES}).status_code == 201


def test_a_missing_event_id_is_made_in_the_services_form(endpoint: Endpoint) -> None:
    """32 hexadecimal digits, a dash and 5 alphanumerics; null is like missing."""
    made = [
        endpoint.rank({"actions": ARTICLES, **extra}).json()["eventId"]
        for extra in ({}, {"eventId": None})
    ]

    assert all(re.fullmatch(r"[0-9a-f]{32}-[0-9A-Za-z]{5}", event_id) for event_id in made)
    assert made[0] != made[1]


def test_excluded_actions_stay_in_place_with_no_chance(endpoint: Endpoint) -> None:
    """And unknown excluded ids are ignored."""
    body = endpoint.rank({"actions": ARTICLES, "excludedActions": ["politics", "x"]}).json()

    assert body["ranking"][0] == {"id": "politics", "probability": 0.0}
    assert body["rewardActionId"] == body["ranking"][1]["id"]


def test_repeated_action_ids_are_accepted(endpoint: Endpoint) -> None:
    """No message of the service forbids them."""
    assert endpoint.rank({"actions": [ARTICLES[0], ARTICLES[0]]}).status_code == 201


def test_answers_carry_the_headers_of_the_service(endpoint: Endpoint) -> None:
    """Those every recorded reply had."""
    headers = endpoint.rank({"actions": ARTICLES}).headers

    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["cache-control"] == "no-cache, no-store, must-revalidate"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["apim-request-id"])
    assert headers["csp-billing-usage"] == "CognitiveServices.Personalizer.Transaction=1"


def test_a_model_that_has_grown_beyond_all_measure_is_a_ranking_error() -> None:
    """The contract's 409, and never a probability that is no number; the loop can be reset."""
    policy = "--cb_explore_adf --softmax --sgd -l 1000 --power_t 0 -q ::"
    with served(Settings(loop=LoopSettings(policy=policy))) as endpoint:
        for number in range(10):
            context = [{"x": 1e13}]
            event = {"actions": ARTICLES, "contextFeatures": context, "eventId": f"e{number}"}
            reply = endpoint.rank(event)
            if reply.status_code == 409:
                break
            value = {"value": number % 3 - 1}
            endpoint.post(f"/personalizer/v1.0/events/e{number}/reward", value)
        undecided = endpoint.send("GET", "/mock/decisions?last=1").json()["decisions"][0]
        endpoint.send("DELETE", "/personalizer/v1.0/model")
        again = endpoint.rank({"actions": ARTICLES})

    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "ModelRankingError")
    assert undecided["eventId"] != f"e{number}"
    assert again.status_code == 201
