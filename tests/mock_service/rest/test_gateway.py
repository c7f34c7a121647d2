"""Keys, paths and the gateway's own answers."""

import httpx2
import pytest

from tests.serving import ARTICLES, Endpoint

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
