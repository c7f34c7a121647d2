"""Keys, paths and the gateway's own answers."""

import httpx2
import pytest

from mock_service.settings import Settings
from tests.helpers.servers import ARTICLES, Endpoint, served

DENIED = (
    b'{"error":{"code":"401","message": "Access denied due to invalid subscription key or wrong '
    b"API endpoint. Make sure to provide a valid key for an active subscription and use a correct "
    b'regional API endpoint for your resource."}}'
)


@pytest.mark.parametrize("key", ["", "wrong", "personalizer-lab-development-ke", "é"])
def test_a_wrong_key_is_denied_with_the_gateways_bytes(endpoint: Endpoint, key: str) -> None:
    """All 225 of them."""
    reply = httpx2.post(
        f"{endpoint.url}/personalizer/v1.0/rank",
        json={"actions": ARTICLES},
        headers={b"Ocp-Apim-Subscription-Key": key.encode()},
    )

    assert (reply.status_code, reply.content, len(reply.content)) == (401, DENIED, 225)
    assert reply.headers["content-type"] == "application/json"
    assert "www-authenticate" in reply.headers


def test_the_header_may_be_written_in_any_case(endpoint: Endpoint) -> None:
    """HTTP header names have none."""
    reply = httpx2.post(
        f"{endpoint.url}/personalizer/v1.0/rank",
        json={"actions": ARTICLES},
        headers={"ocp-apim-subscription-key": endpoint.key},
    )

    assert reply.status_code == 201


@pytest.mark.parametrize("slashes", ["/", "//", "///"])
def test_an_endpoint_that_ends_in_a_slash_works(endpoint: Endpoint, slashes: str) -> None:
    """Clients that glue strings together send two."""
    assert (
        endpoint.post(f"{slashes}personalizer/v1.0/rank", {"actions": ARTICLES}).status_code == 201
    )


def test_an_unknown_path_is_answered_in_the_shape_of_errors(endpoint: Endpoint) -> None:
    """As the gateway does."""
    reply = endpoint.post("/personalizer/v9.9/rank", {"actions": ARTICLES})

    assert reply.status_code == 404
    assert reply.json() == {"error": {"code": "404", "message": "Resource not found"}}


def test_a_wrong_method_is_answered_in_the_shape_of_errors(endpoint: Endpoint) -> None:
    """With the methods that would do."""
    reply = httpx2.get(
        f"{endpoint.url}/personalizer/v1.0/rank",
        headers={"Ocp-Apim-Subscription-Key": endpoint.key},
    )

    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
    assert reply.json()["error"]["code"] == "405"


def test_a_preflight_is_answered_without_a_key(endpoint: Endpoint) -> None:
    """A browser asks before it sends the key."""
    asked = {
        "Origin": "http://localhost:3000",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,ocp-apim-subscription-key",
    }
    url = f"{endpoint.url}/personalizer/v1.0/rank"
    preflight = httpx2.options(url, headers=asked)
    reply = httpx2.post(
        url,
        json={"actions": ARTICLES},
        headers={"Origin": "http://localhost:3000", "Ocp-Apim-Subscription-Key": endpoint.key},
    )

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert preflight.headers["access-control-allow-headers"] == (
        "content-type,ocp-apim-subscription-key"
    )
    assert reply.status_code == 201
    assert reply.headers["access-control-allow-origin"] == "http://localhost:3000"


def test_the_old_path_is_answered_with_the_new_one(endpoint: Endpoint) -> None:
    """Users of the private preview's path get a hint."""
    reply = endpoint.post("/personalization/v1.0/rank", {"actions": ARTICLES})

    assert reply.status_code == 404
    assert "/personalizer/v1.0/" in reply.json()["error"]["message"]


def test_a_clients_request_id_comes_back_if_it_asks(endpoint: Endpoint) -> None:
    """As .NET clients do."""
    headers = {
        "Ocp-Apim-Subscription-Key": endpoint.key,
        "x-ms-client-request-id": "mine",
        "x-ms-return-client-request-id": "true",
    }
    reply = httpx2.get(f"{endpoint.url}/personalizer/v1.0/model/properties", headers=headers)

    assert reply.headers["x-ms-client-request-id"] == "mine"


@pytest.mark.parametrize(
    ("accept", "authorization", "status"),
    [
        (False, "Bearer token", 400),
        (True, "Bearer token", 201),
        (True, "bearer token", 201),
        (True, "Basic token", 400),
    ],
)
def test_tokens_open_a_loop_only_if_the_server_was_told_so(
    *, accept: bool, authorization: str, status: int
) -> None:
    """A regional endpoint's answer otherwise."""
    with served(Settings(accept_bearer=accept)) as endpoint:
        reply = httpx2.post(
            f"{endpoint.url}/personalizer/v1.0/rank",
            json={"actions": ARTICLES},
            headers={"Authorization": authorization},
        )

    assert reply.status_code == status


@pytest.mark.parametrize("path", ["/mock/learning/", "/loops/default/mock/learning/", "/docs/"])
def test_a_slash_too_many_at_the_end_leads_nowhere(endpoint: Endpoint, path: str) -> None:
    """A redirect would name the path without its loop."""
    reply = endpoint.send("GET", path)

    assert (reply.status_code, reply.json()["error"]["code"]) in {
        (404, "404"),
        (404, "ResourceNotFound"),
    }
