"""Reward and activate over HTTP."""

from urllib.parse import quote

import pytest

from tests.helpers.servers import ARTICLES, Endpoint, served

EVENT_IDS = ["plain", "1700000000.123456", "a/b", "ev 1/2+é", "reward", "x/reward", "%2F", "?&#"]


@pytest.mark.parametrize("event_id", EVENT_IDS)
def test_any_event_id_travels_in_the_path(event_id: str) -> None:
    """A deferred event learns only if reward and activate both find it."""
    with served() as endpoint:
        chosen = endpoint.rank(
            {"actions": ARTICLES, "eventId": event_id, "deferActivation": True}
        ).json()["rewardActionId"]
        path = f"/personalizer/v1.0/events/{quote(event_id, safe='')}"
        rewarded = endpoint.post(f"{path}/reward", {"value": 1.0})
        activated = endpoint.post(f"{path}/activate")
        ranking = endpoint.rank({"actions": ARTICLES}).json()["ranking"]

    assert (rewarded.status_code, activated.status_code) == (204, 204)
    assert max(ranking, key=lambda line: line["probability"])["id"] == chosen
    assert max(line["probability"] for line in ranking) == pytest.approx(0.86666, abs=1e-4)


def test_unknown_events_are_accepted_and_the_reply_is_empty(endpoint: Endpoint) -> None:
    """The service queues observations without looking for their event."""
    reply = endpoint.post("/personalizer/v1.0/events/nobody/reward", {"value": 1})

    assert (reply.status_code, reply.content, reply.headers["content-length"]) == (204, b"", "0")
    assert endpoint.post("/personalizer/v1.0/events/nobody/activate").status_code == 204


@pytest.mark.parametrize(
    "body", [{}, {"value": None}, {"value": "1"}, {"value": 1.5}, {"value": -2}, [], 3]
)
def test_a_reward_of_another_kind_is_invalid(endpoint: Endpoint, body: object) -> None:
    """Missing, no number, or outside [-1, 1]."""
    reply = endpoint.post("/personalizer/v1.0/events/e/reward", body)

    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "InvalidRewardRequest"
