"""The Python SDK of 2022-09-01-preview, unmodified, sync and async, against a server on a port.

All its operations but those of evaluations and feature importances.
"""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import pytest
from azure.ai.personalizer import PersonalizerAdministrationClient, PersonalizerClient
from azure.ai.personalizer.aio import (
    PersonalizerAdministrationClient as AsyncAdministrationClient,
)
from azure.ai.personalizer.aio import PersonalizerClient as AsyncClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError

from mock_service.clock import SystemClock
from tests.helpers.servers import ARTICLES, Endpoint, served

EVENT = "ev 1/2+é"


class Awaited:
    """A sync client whose methods can be awaited like the async one's."""

    def __init__(self, client: PersonalizerClient | PersonalizerAdministrationClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        """Return the client's method of this name."""
        method = getattr(self._client, name)

        async def call(*arguments: object, **keywords: object) -> object:
            return method(*arguments, **keywords)

        return call


Client: TypeAlias = Any  # the SDK has no common type of its sync and async clients
Story = Callable[[Client, Client], Awaitable[None]]


async def sync_clients(endpoint: Endpoint, story: Story) -> None:
    """Tell `story` to the sync clients."""
    key = AzureKeyCredential(endpoint.key)
    with (
        PersonalizerClient(endpoint.url, key) as client,
        PersonalizerAdministrationClient(endpoint.url, key) as admin,
    ):
        await story(Awaited(client), Awaited(admin))


async def async_clients(endpoint: Endpoint, story: Story) -> None:
    """Tell `story` to the async clients."""
    key = AzureKeyCredential(endpoint.key)
    async with (
        AsyncClient(endpoint.url, key) as client,
        AsyncAdministrationClient(endpoint.url, key) as admin,
    ):
        await story(client, admin)


@pytest.fixture(params=[sync_clients, async_clients])
def tell(request: pytest.FixtureRequest) -> Iterator[Callable[[Story], None]]:
    """Return what tells a story to the clients of a fresh server."""
    with served() as endpoint:
        yield lambda story: asyncio.run(request.param(endpoint, story))


async def collected(chunks: Iterator[bytes] | AsyncIterator[bytes]) -> bytes:
    """Return all bytes of a download."""
    if isinstance(chunks, AsyncIterator):
        return b"".join([chunk async for chunk in chunks])
    return b"".join(chunks)


def test_rank_reward_and_activate(tell: Callable[[Story], None]) -> None:
    """A deferred event is learned once it is activated."""

    async def story(client: Client, _: Client) -> None:
        answer = await client.rank({"actions": ARTICLES, "eventId": EVENT, "deferActivation": True})
        await client.activate(EVENT)
        await client.reward(EVENT, {"value": 1})
        again = await client.rank({"actions": ARTICLES})

        assert answer["eventId"] == EVENT
        assert max(line["probability"] for line in again["ranking"]) > 0.8

    tell(story)


def test_multi_slot_rank_reward_and_activate(tell: Callable[[Story], None]) -> None:
    """After the policy has been replaced by a multi-slot one."""
    slots = [
        {"id": "main", "baselineAction": "politics", "features": [{"size": "large"}]},
        {"id": "side", "baselineAction": "sports", "excludedActions": ["politics"]},
    ]
    body = {"actions": ARTICLES, "slots": slots, "eventId": EVENT, "deferActivation": True}

    async def story(client: Client, admin: Client) -> None:
        with pytest.raises(HttpResponseError, match="InvalidMultiSlotApiAccess"):
            await client.rank_multi_slot(body)
        configuration = await admin.get_service_configuration()
        await admin.update_service_configuration(
            {**configuration, "isAutoOptimizationEnabled": False}
        )
        await admin.update_policy(
            {"name": "pages", "arguments": "--ccb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"}
        )
        answer = await client.rank_multi_slot(body)
        await client.activate_multi_slot(EVENT)
        await client.reward_multi_slot(EVENT, {"reward": [{"slotId": "main", "value": 1}]})

        shown = [slot["rewardActionId"] for slot in answer["slots"]]
        assert [slot["id"] for slot in answer["slots"]] == ["main", "side"]
        assert len(set(shown)) == 2
        assert shown[1] != "politics"

    tell(story)


def test_configuration_is_read_and_replaced(tell: Callable[[Story], None]) -> None:
    """Get, modify, put, get."""

    async def story(_: Client, admin: Client) -> None:
        before = await admin.get_service_configuration()
        wanted = {**before, "rewardWaitTime": "PT4H", "defaultReward": -0.5}
        put = await admin.update_service_configuration(wanted)
        after = await admin.get_service_configuration()

        assert before["rewardWaitTime"] == "PT10M"
        assert (after["rewardWaitTime"], after["defaultReward"]) == ("PT4H", -0.5)
        assert put == after
        with pytest.raises(HttpResponseError, match="InvalidServiceConfiguration"):
            await admin.update_service_configuration({"rewardWaitTime": "PT10M"})

    tell(story)


def test_policy_is_read_replaced_and_reset(tell: Callable[[Story], None]) -> None:
    """And one that names a file is refused."""

    async def story(_: Client, admin: Client) -> None:
        default = await admin.get_policy()
        other = "--cb_explore_adf --epsilon 0.2 --cb_type ips -q ::"
        put = await admin.update_policy({"name": "mine", "arguments": other})
        got = await admin.get_policy()
        with pytest.raises(HttpResponseError, match="InvalidPolicyConfiguration"):
            await admin.update_policy({"name": "x", "arguments": f"{other} -f /tmp/model"})
        reset = await admin.reset_policy()

        assert put == got == {"name": default["name"], "arguments": other}
        assert reset == default

    tell(story)


def test_model_is_exported_imported_and_reset(tell: Callable[[Story], None]) -> None:
    """Plain and signed; the signed one comes back in."""

    async def story(client: Client, admin: Client) -> None:
        empty = await collected(await admin.export_model())
        await client.rank({"actions": ARTICLES, "eventId": "e"})
        await client.reward("e", {"value": 1})
        model = await collected(await admin.export_model())
        signed = await collected(await admin.export_model(signed=True))
        before = await client.rank({"actions": ARTICLES, "eventId": "f"})
        properties = await admin.get_model_properties()
        await admin.reset_model()
        forgotten = await collected(await admin.export_model())
        await admin.import_model(io.BytesIO(signed))
        after = await client.rank({"actions": ARTICLES, "eventId": "f"})

        assert empty == forgotten == b""
        assert zipfile.ZipFile(io.BytesIO(signed)).read("model.vw") == model
        assert await collected(await admin.export_model()) == model
        assert before == after
        assert properties["creationTime"] <= properties["lastModifiedTime"]
        with pytest.raises(HttpResponseError, match="invalidModelImportFormat"):
            await admin.import_model(io.BytesIO(model))

    tell(story)


def test_logs_have_a_range_until_they_are_deleted(tell: Callable[[Story], None]) -> None:
    """And none before anything has settled."""

    async def story(client: Client, admin: Client) -> None:
        assert await admin.get_log_properties() == {}
        before = SystemClock().now()
        await client.rank({"actions": ARTICLES, "eventId": "e"})
        await client.reward("e", {"value": 1})
        found = (await admin.get_log_properties())["dateRange"]
        await admin.delete_logs()

        assert abs(datetime.fromisoformat(found["from"]) - before) < timedelta(seconds=30)
        assert found["from"] == found["to"]
        assert await admin.get_log_properties() == {}

    tell(story)


def test_an_evaluation_that_was_never_made_cannot_be_applied(
    tell: Callable[[Story], None],
) -> None:
    """404, with the service's code."""

    async def story(_: Client, admin: Client) -> None:
        with pytest.raises(HttpResponseError, match="EvaluationNotFound") as error:
            await admin.apply_from_evaluation({"evaluationId": "none", "policyName": "online"})

        assert error.value.status_code == 404

    tell(story)
