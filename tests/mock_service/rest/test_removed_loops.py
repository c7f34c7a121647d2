"""Requests that are under way while their loop is removed: 404, or 401 if another has its name."""

import json
import socket
from collections.abc import Callable
from contextlib import closing

import pytest

from mock_service.settings import Settings
from tests.helpers.raw_http import connected, status
from tests.helpers.servers import ARTICLES, Endpoint, served

V1 = "/personalizer/v1.0"
BODIES: dict[tuple[str, str], bytes] = {
    ("POST", f"{V1}/rank"): json.dumps({"actions": ARTICLES}).encode(),
    ("POST", f"{V1}/events/e/reward"): b'{"value": 1}',
    ("PUT", f"{V1}/configurations/service"): b'{"explorationPercentage": 0.3}',
    ("PUT", f"{V1}/configurations/policy"): b'{"name": "p", "arguments": "--cb_explore_adf"}',
    ("POST", f"{V1}/evaluations"): json.dumps(
        {
            "name": "e",
            "startTime": "2026-01-01T00:00:00Z",
            "endTime": "2026-01-02T00:00:00Z",
            "policies": [],
        }
    ).encode(),
    ("PUT", "/personalizer/model?api-version=2022-09-01-preview"): b"model",
    ("POST", "/mock/lessons"): json.dumps({"action": ARTICLES[0], "reward": 1}).encode(),
    ("POST", "/mock/reset"): b'{"seed": "2"}',
    ("POST", "/mock/restore"): b"SQLite format 3\0",
}


def begin(endpoint: Endpoint, route: tuple[str, str], length: int) -> tuple[socket.socket, str]:
    """Make loop x, send the head of a request to it, and return the connection and its key."""
    key = endpoint.post("/mock/loops", {"name": "x"}).json()["key1"]
    connection = connected(endpoint)
    connection.sendall(
        f"{route[0]} /loops/x{route[1]} HTTP/1.1\r\nHost: localhost\r\n"
        f"Ocp-Apim-Subscription-Key: {key}\r\nContent-Length: {length}\r\n"
        "Expect: 100-continue\r\n\r\n".encode()
    )
    assert status(connection) == 100  # the server has found the loop, and waits for the body
    return connection, key


@pytest.mark.parametrize("route", BODIES, ids=" ".join)
@pytest.mark.parametrize(("is_made_anew", "expected"), [(False, 404), (True, 401)])
def test_a_request_under_way_does_not_outlive_its_loop(
    *, endpoint: Endpoint, route: tuple[str, str], is_made_anew: bool, expected: int
) -> None:
    """Whatever it asks for."""
    body = BODIES[route]
    connection, _ = begin(endpoint, route, len(body))
    with closing(connection):
        endpoint.send("DELETE", "/mock/loops/x")
        if is_made_anew:
            endpoint.post("/mock/loops", {"name": "x"})
        connection.sendall(body)
        answered = status(connection)
    if is_made_anew:
        endpoint.send("DELETE", "/mock/loops/x")

    assert answered == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda endpoint, _: endpoint.post("/mock/reset"),
        lambda endpoint, _: endpoint.post("/mock/loops/x/keys", {"rotate": 2}),
        lambda endpoint, key: Endpoint(f"{endpoint.url}/loops/x", key).post("/mock/reset"),
    ],
)
def test_a_request_goes_on_where_its_key_still_opens_the_loop(
    change: Callable[[Endpoint, str], object],
) -> None:
    """After a reset, or when the other key was rotated."""
    route = ("POST", f"{V1}/rank")
    with served(Settings()) as endpoint:
        connection, key = begin(endpoint, route, len(BODIES[route]))
        with closing(connection):
            change(endpoint, key)
            connection.sendall(BODIES[route])
            answered = status(connection)

    assert answered == 201


def test_a_request_to_a_removed_loop_is_not_found(endpoint: Endpoint) -> None:
    """And its old key opens nothing that is made under its name later."""
    key = endpoint.post("/mock/loops", {"name": "gone"}).json()["key1"]
    gone = Endpoint(f"{endpoint.url}/loops/gone", key)
    endpoint.send("DELETE", "/mock/loops/gone")
    removed = gone.rank({"actions": ARTICLES})
    endpoint.post("/mock/loops", {"name": "gone"})

    assert removed.status_code == 404
    assert gone.rank({"actions": ARTICLES}).status_code == 401
