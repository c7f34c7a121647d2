"""The Python SDK of v1.0, unmodified, against a server on a port."""

import pytest
from azure.cognitiveservices.personalizer import PersonalizerClient
from azure.cognitiveservices.personalizer.models import (
    ErrorResponseException,
    RankableAction,
    RankRequest,
)
from msrest.authentication import CognitiveServicesCredentials
from msrest.exceptions import HttpOperationError

from tests.helpers.servers import ARTICLES, Endpoint


@pytest.fixture
def client(endpoint: Endpoint) -> PersonalizerClient:
    """Return the client as its quickstart makes it."""
    return PersonalizerClient(endpoint.url, CognitiveServicesCredentials(endpoint.key))


def actions() -> list[RankableAction]:
    """Return the articles as the client's own."""
    return [RankableAction.deserialize(article) for article in ARTICLES]


def test_rank_reward_and_activate(client: PersonalizerClient) -> None:
    """All that the client can do."""
    event = "ev 1/2+é"
    answer = client.rank(
        rank_request=RankRequest(
            actions=actions(),
            context_features=[{"device": "mobile"}],
            event_id=event,
            excluded_actions=["music"],
            defer_activation=True,
        )
    )
    client.events.activate(event)
    client.events.reward(event_id=event, value=1)

    assert answer.event_id == event
    assert answer.reward_action_id in {"politics", "sports"}
    assert [line.id for line in answer.ranking][2] == "music"
    assert sum(line.probability for line in answer.ranking) == pytest.approx(1)
    again = client.rank(rank_request=RankRequest(actions=actions()))
    assert max(line.probability for line in again.ranking) == pytest.approx(0.8667, abs=1e-3)


def test_errors_arrive_as_the_clients_own(client: PersonalizerClient) -> None:
    """With the service's code and message."""
    with pytest.raises(ErrorResponseException, match=r"\(InvalidRankRequest\) Action count"):
        client.rank(rank_request=RankRequest(actions=[]))
    with pytest.raises(HttpOperationError, match="Bad Request"):
        client.events.reward(event_id="e", value=2)


def test_a_wrong_key_is_denied(endpoint: Endpoint) -> None:
    """The client raises, and says so."""
    client = PersonalizerClient(endpoint.url, CognitiveServicesCredentials("wrong"))

    with pytest.raises(ErrorResponseException, match=r"\(401\) Access denied"):
        client.rank(rank_request=RankRequest(actions=actions()))
