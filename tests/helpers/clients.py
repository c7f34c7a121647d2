"""Real clients behind one small face: rank and reward, and what the application is told."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import requests
from azure.ai.personalizer import PersonalizerClient as NewClient
from azure.cognitiveservices.personalizer import PersonalizerClient
from azure.cognitiveservices.personalizer.models import RankableAction, RankRequest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import AzureError
from msrest.authentication import CognitiveServicesCredentials
from msrest.exceptions import ClientException, HttpOperationError

from personalizer_lab import LocalPersonalizer
from tests.helpers.node import NODE
from tests.helpers.servers import ARTICLES, ROOT

PATIENCE_SECONDS = 1


@dataclass(frozen=True, slots=True)
class ClientOutcome:
    """What an application hears: success, an error status, or a connection that failed."""

    status: int | None


def by_httpx2(personalizer: LocalPersonalizer, operation: str) -> ClientOutcome:
    """Call with httpx2, which tries nothing again."""
    path, body = _raw(operation)
    headers = {"Ocp-Apim-Subscription-Key": personalizer.key}
    try:
        reply = httpx2.post(
            personalizer.endpoint + path, json=body, headers=headers, timeout=PATIENCE_SECONDS
        )
    except httpx2.TransportError:
        return ClientOutcome(None)
    return ClientOutcome(reply.status_code)


def by_requests(personalizer: LocalPersonalizer, operation: str) -> ClientOutcome:
    """Call with requests, which tries nothing again."""
    path, body = _raw(operation)
    headers = {"Ocp-Apim-Subscription-Key": personalizer.key}
    try:
        reply = requests.post(
            personalizer.endpoint + path, json=body, headers=headers, timeout=PATIENCE_SECONDS
        )
    except requests.RequestException:
        return ClientOutcome(None)
    return ClientOutcome(reply.status_code)


def by_python_sdk(personalizer: LocalPersonalizer, operation: str) -> ClientOutcome:
    """Call with azure-cognitiveservices-personalizer, told not to connect again."""
    credentials = CognitiveServicesCredentials(personalizer.key)
    client = PersonalizerClient(personalizer.endpoint, credentials)
    client.config.retry_policy.retries = 0
    client.config.connection.timeout = PATIENCE_SECONDS
    try:
        if operation == "reward":
            client.events.reward("e", 1.0)
            return ClientOutcome(204)
        articles: list[Any] = list(ARTICLES)
        actions = [RankableAction(**article) for article in articles]
        client.rank(RankRequest(actions=actions, event_id="e"))
    except HttpOperationError as error:
        return ClientOutcome(error.response.status_code)
    except ClientException:
        return ClientOutcome(None)
    return ClientOutcome(201)


def by_new_python_sdk(
    personalizer: LocalPersonalizer, operation: str, *, retries: int = 0
) -> ClientOutcome:
    """Call with azure-ai-personalizer, which may be told to try again."""
    client: Any = NewClient(
        personalizer.endpoint,
        AzureKeyCredential(personalizer.key),
        retry_total=retries,
        read_timeout=PATIENCE_SECONDS,
    )
    try:
        if operation == "reward":
            client.reward("e", {"value": 1.0})
            return ClientOutcome(204)
        client.rank({"actions": ARTICLES, "eventId": "e"})
    except AzureError as error:
        return ClientOutcome(getattr(error, "status_code", None))
    return ClientOutcome(201)


def by_node_sdk(personalizer: LocalPersonalizer, operation: str) -> ClientOutcome:
    """Call with @azure/cognitiveservices-personalizer."""
    done = subprocess.run(
        [
            NODE or "node",
            ROOT / "examples" / "node" / "one-call.mjs",
            operation,
            json.dumps(ARTICLES),
        ],
        env={"PATH": os.environ["PATH"], **personalizer.environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return ClientOutcome(json.loads(done.stdout)["status"])


def _raw(operation: str) -> tuple[str, dict[str, Any]]:
    if operation == "reward":
        return "/personalizer/v1.0/events/e/reward", {"value": 1.0}
    return "/personalizer/v1.0/rank", {"actions": ARTICLES, "eventId": "e"}


Client = Callable[[LocalPersonalizer, str], ClientOutcome]
