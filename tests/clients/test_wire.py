"""Compiled clients are answered as they were when they took every reply."""

from dataclasses import replace

import pytest
import requests

from mock_service.emulator.connection import PARSERS
from personalizer_lab import LocalPersonalizer
from tests.helpers.wire_replay import Answer, Exchange, Recipe, differences, recipes, replay

RECIPES = {recipe.name: recipe for recipe in recipes()}


@pytest.fixture(
    scope="module", params=[(name, parser) for name in RECIPES for parser in sorted(PARSERS)]
)
def replayed(request: pytest.FixtureRequest) -> tuple[Recipe, list[tuple[Exchange, Answer]]]:
    """Return a client's recipe, and what a new server with some parser answers to it all."""
    name, parser = request.param
    return RECIPES[name], replay(RECIPES[name], parser)


Replayed = tuple[Recipe, list[tuple[Exchange, Answer]]]


def test_every_request_of_a_client_is_answered_as_it_was(replayed: Replayed) -> None:
    """Status, content type, fields, types, moments, ids and error codes."""
    recipe, answers = replayed

    assert len(answers) == len(recipe.exchanges) > 40
    assert [one for exchange, answer in answers for one in differences(exchange, answer)] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"eventId":', '"event":'),
        ('"probability":', '"probability":"0.5","was":'),
        ('"ranking":', '"Ranking":'),
        ('"rewardActionId":', '"rewardActionId":12,"was":'),
    ],
)
def test_a_rank_reply_that_a_client_could_not_read_is_noticed(
    replayed: Replayed, before: str, after: str
) -> None:
    """A field that is missing, of another type, or of another name."""
    exchange, answer = next(
        (exchange, answer)
        for exchange, answer in replayed[1]
        if exchange.line.endswith(("/v1.0/rank", "preview.3/rank")) and answer.status == 201
    )
    reply = answer.body.decode()

    assert before in reply
    assert differences(exchange, replace(answer, body=reply.replace(before, after).encode()))


@pytest.mark.parametrize("place", ["/model/properties", "/logs/properties", "/evaluations"])
def test_a_moment_without_its_z_is_noticed(replayed: Replayed, place: str) -> None:
    """Clients would take it for local time."""
    exchange, answer = next(
        (exchange, answer)
        for exchange, answer in replayed[1]
        if exchange.line.endswith(place) and b'Z"' in answer.body
    )

    assert differences(exchange, replace(answer, body=answer.body.replace(b'Z"', b'"')))


@pytest.mark.parametrize(("status", "kind"), [(500, None), (None, "text/html")])
def test_another_status_or_content_type_is_noticed(
    replayed: Replayed, status: int | None, kind: str | None
) -> None:
    """Whatever the body is."""
    exchange, answer = replayed[1][0]

    changed = replace(answer, status=status or answer.status, kind=kind or answer.kind)

    assert differences(exchange, changed)


def test_the_requests_of_wordpress_are_answered(personalizer: LocalPersonalizer) -> None:
    """Its settings are checked by the status, ids are integers, and what comes back is text."""
    base = f"{personalizer.endpoint}/personalizer/v1.0"
    headers = {"Ocp-Apim-Subscription-Key": personalizer.key}
    status = requests.get(f"{base}/status", headers=headers, timeout=5)
    denied = requests.get(
        f"{base}/status", headers={"Ocp-Apim-Subscription-Key": "wrong"}, timeout=5
    )
    body = {
        "contextFeatures": [{"post": {"title": "Bread"}}],
        "actions": [{"id": number, "features": [{"words": number}]} for number in (12, 15, 18)],
        "excludedActions": [18],
        "eventId": 7,
        "deferActivation": False,
    }
    rank = requests.post(f"{base}/rank", json=body, headers=headers, timeout=5)
    reward = requests.post(f"{base}/events/7/reward", json={"value": 1}, headers=headers, timeout=5)

    assert (status.status_code, denied.status_code) == (200, 401)
    assert "error" not in status.json()
    assert rank.status_code == 201
    assert {line["id"] for line in rank.json()["ranking"]} == {"12", "15", "18"}
    assert rank.json()["eventId"] == "7"
    assert rank.json()["rewardActionId"] in {"12", "15"}
    assert reward.status_code == 204
