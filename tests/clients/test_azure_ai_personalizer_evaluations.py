"""Evaluations and feature importances with the Python SDK, unmodified, sync and async."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest
from azure.core.exceptions import HttpResponseError

from tests.clients.test_azure_ai_personalizer import Client, Story, async_clients, sync_clients
from tests.helpers.evaluation_client import QUICK, live_through
from tests.helpers.servers import Endpoint, served

Json: TypeAlias = Any  # what the SDK returns

START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
ASKED = {"name": "which?", "startTime": "2020-01-01T00:00:00Z", "endTime": "2090-01-01T00:00:00Z"}
MINE = {"name": "mine", "arguments": QUICK}


@pytest.fixture(scope="module")
def lived() -> Iterator[Endpoint]:
    """Serve a loop that has seen 60 events."""
    with served() as endpoint:
        live_through(endpoint, 60)
        yield endpoint


@pytest.fixture(params=[sync_clients, async_clients])
def tell(request: pytest.FixtureRequest, lived: Endpoint) -> Callable[[Story], None]:
    """Return what tells a story to the clients."""
    return lambda story: asyncio.run(request.param(lived, story))


async def ended(ask: Callable[[], Awaitable[Any]]) -> Json:
    """Return an evaluation or feature importance that is not running any more."""
    for _ in range(600):
        found = await ask()
        if found["status"] != "Running":
            return found
        await asyncio.sleep(0.1)
    raise TimeoutError


async def listed(pages: Json) -> list[Json]:
    """Return all items of a list in pages."""
    found = await pages if isinstance(pages, Awaitable) else pages
    if isinstance(found, AsyncIterator) or hasattr(found, "__aiter__"):
        return [item async for item in found]
    return list(found)


def test_an_evaluation_is_made_read_listed_applied_and_deleted(
    tell: Callable[[Story], None],
) -> None:
    """From running to succeeded, with a policy of one's own."""

    async def story(_: Client, admin: Client) -> None:
        body = {**ASKED, "policies": [MINE], "enablePolicyOptimization": False}
        await admin.create_evaluation("ev", body)
        found = await ended(lambda: admin.get_evaluation("ev", start_time=START, end_time=END))
        with pytest.raises(HttpResponseError, match="EvaluationAlreadyExists"):
            await admin.create_evaluation("ev", body)
        every = await listed(admin.list_evaluations())
        await admin.apply_from_evaluation({"evaluationId": "ev", "policyName": "mine"})
        policy = await admin.get_policy()
        with pytest.raises(HttpResponseError, match="LearningSettingsNotFound") as unknown:
            await admin.apply_from_evaluation({"evaluationId": "ev", "policyName": "other"})
        await admin.delete_evaluation("ev")
        with pytest.raises(HttpResponseError, match="EvaluationNotFound"):
            await admin.delete_evaluation("ev")

        names = [one["name"] for one in found["content"]["value"]]
        assert (found["status"], names) == (
            *("Succeeded", ["online", "baseline1", "baselineRand", "mine"]),
        )
        assert [(one["id"], one["evaluationType"]) for one in every] == [("ev", "Manual")]
        assert (policy["arguments"], unknown.value.status_code) == (QUICK, 404)

    tell(story)


def test_a_feature_importance_is_made_read_listed_and_deleted(
    tell: Callable[[Story], None],
) -> None:
    """From running to succeeded, with scores from 1 down."""

    async def story(_: Client, admin: Client) -> None:
        await admin.create_feature_importance("fi", ASKED)
        found = await ended(lambda: admin.get_feature_importance("fi"))
        every = await listed(admin.list_feature_importances())
        await admin.delete_feature_importance("fi")

        assert (found["status"], found["featureScores"][0]["score"]) == ("Succeeded", 1.0)
        assert [one["id"] for one in every] == ["fi"]
        with pytest.raises(HttpResponseError, match="FeatureImportanceNotFound"):
            await admin.get_feature_importance("fi")

    tell(story)


def test_lists_are_followed_over_all_pages(tell: Callable[[Story], None]) -> None:
    """Two by two."""

    async def story(_: Client, admin: Client) -> None:
        ids = [f"p{number}" for number in range(5)]
        for id_ in ids:
            await admin.create_evaluation(id_, {**ASKED, "policies": []})
        manual = "evaluationType eq 'Manual'"
        pages = admin.list_evaluations(filter_expression=manual, params={"maxpagesize": 2})
        every = await listed(pages)
        for id_ in ids:
            await admin.delete_evaluation(id_)

        assert [one["id"] for one in every] == ids[::-1]

    tell(story)
