"""Every route with every key: what a loop's key opens, and what only the default loop's does."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx2
import pytest

from mock_service.app import CONTROL
from mock_service.rest.contract import OPERATIONS
from mock_service.settings import Settings
from tests.helpers.servers import Endpoint, served

OPEN = {("GET", path) for path in ("/", "/status", "/docs", "/docs/start.js", "/openapi.json")}
OF_A_LOOP = {
    ("GET", "/mock/calls"),
    ("DELETE", "/mock/calls"),
    ("GET", "/mock/decisions"),
    ("GET", "/mock/learning"),
    ("GET", "/mock/clock"),
    ("POST", "/mock/lessons"),
    ("POST", "/mock/snapshot"),
    ("POST", "/mock/restore"),
    ("POST", "/mock/reset"),
}
"""What a loop's key reaches under its own endpoint; a new route fails until it is placed."""
OF_THE_SERVER = {
    ("POST", "/mock/clock"),
    ("GET", "/mock/seed"),
    ("PUT", "/mock/seed"),
    ("GET", "/mock/choices"),
    ("POST", "/mock/choices"),
    ("DELETE", "/mock/choices"),
    ("GET", "/mock/faults"),
    ("POST", "/mock/faults"),
    ("DELETE", "/mock/faults"),
    ("DELETE", "/mock/faults/{number}"),
    ("GET", "/mock/throttling"),
    ("PUT", "/mock/throttling"),
    ("DELETE", "/mock/throttling"),
    ("GET", "/mock/loops"),
    ("POST", "/mock/loops"),
    ("GET", "/mock/loops/{name}"),
    ("DELETE", "/mock/loops/{name}"),
    ("GET", "/mock/loops/{name}/keys"),
    ("POST", "/mock/loops/{name}/keys"),
}
"""What wants the default loop's key, at the bare endpoint."""
CONTRACT = {
    (operation.method, version.prefix + operation.path)
    for operation in OPERATIONS
    for version in operation.versions
}
EVENT_HUB = {("POST", "/interaction/messages"), ("POST", "/observation/messages")}
"""Where clients of learning-loop post what they did by themselves."""
ROUTES = sorted(CONTRACT | EVENT_HUB | OF_A_LOOP | OF_THE_SERVER)
KEYS = ("none", "wrong", "default's", "blue's", "green's")
BODY = b"{"
"""What no operation takes: whoever is let in hears 400, or is told of what is not there."""


class Lab(NamedTuple):
    """A server of three loops, and the keys to them."""

    url: str
    keys: dict[str, str]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Serve the loops default, blue and green."""
    with served(Settings(extra_loops=("blue", "green"))) as endpoint:
        keys = {"none": "", "wrong": "wrong", "default's": endpoint.key}
        for name in ("blue", "green"):
            keys[f"{name}'s"] = endpoint.send("GET", f"/mock/loops/{name}/keys").json()["key1"]
        yield Lab(endpoint.url, keys)


def test_every_route_has_a_place_in_the_table() -> None:
    """One of the two for what exists only here."""
    routes: set[tuple[str, str]] = set()
    for router in CONTROL:
        for route in router.routes:
            found: Any = route
            routes |= {(method, found.path) for method in found.methods}

    assert routes == OF_A_LOOP | OF_THE_SERVER
    assert not OF_A_LOOP & OF_THE_SERVER


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("prefix", ["", "/loops/blue", "/loops/default"])
def test_every_route_opens_for_the_keys_that_it_should(lab: Lab, prefix: str, key: str) -> None:
    """401 for a key of something else, 403 for a loop's key where the server is concerned."""
    fits = {"": "default's", "/loops/default": "default's", "/loops/blue": "blue's"}[prefix]
    sent = {"Ocp-Apim-Subscription-Key": lab.keys[key]} if key != "none" else {}
    with httpx2.Client(base_url=lab.url, headers=sent) as client:
        met = {
            (method, path): _allowed(client, method, prefix + path.replace(":path", ""))
            for method, path in ROUTES
        }

    expected = {
        route: 401
        if key != fits
        else 403
        if prefix == "/loops/blue" and route in OF_THE_SERVER
        else 200
        for route in ROUTES
    }
    assert met == expected


@pytest.mark.parametrize("key", KEYS)
def test_what_anyone_may_read_wants_no_key(lab: Lab, key: str) -> None:
    """And a wrong one does no harm."""
    sent = {"Ocp-Apim-Subscription-Key": lab.keys[key]}

    assert {httpx2.request(*_at(lab, route), headers=sent).status_code for route in OPEN} == {200}


def _at(lab: Lab, route: tuple[str, str]) -> tuple[str, str]:
    return route[0], lab.url + route[1]


def _allowed(client: httpx2.Client, method: str, path: str) -> int:
    """Return 401 or 403 if a call is refused for its key, and 200 otherwise."""
    version = "" if "/v1" in path or "/mock" in path else "?api-version=2022-09-01-preview"
    name = path.replace("{number}", "99").replace("{name}", "nobody")
    for part in ("eventId", "evaluationId", "featureImportanceId"):
        name = name.replace(f"{{{part}}}", "nothing")
    reply = client.request(method, name + version, content=b"" if method == "GET" else BODY)
    assert reply.status_code < 500, (method, path, reply.text)
    return reply.status_code if reply.status_code in {401, 403} else 200


def rank(endpoint: Endpoint, context: str) -> None:
    """Rank with something in the context that others should not see."""
    body = {
        "actions": [{"id": context, "features": [{"f": 1}]}],
        "contextFeatures": [{"x": context}],
    }
    assert endpoint.rank(body).status_code == 201


def two_loops(endpoint: Endpoint) -> Endpoint:
    """Make loop blue, let it and the default one rank and learn, and return its endpoint."""
    key = endpoint.post("/mock/loops", {"name": "blue"}).json()["key1"]
    blue = Endpoint(f"{endpoint.url}/loops/blue", key)
    for loop, word in ((endpoint, "of-default"), (blue, "of-blue")):
        rank(loop, word)
        action = {"id": word, "features": [{"f": word}]}
        assert loop.post("/mock/lessons", {"action": action, "reward": 1}).status_code == 204
    return blue


def trained(endpoint: Endpoint) -> int:
    """Return how many lessons a loop has learned."""
    return int(endpoint.send("GET", "/mock/learning").json()["trained"])


@pytest.mark.parametrize("what", ["calls", "decisions"])
def test_a_loops_key_shows_that_loops_traffic(what: str) -> None:
    """The default loop's key shows all of it."""
    with served() as endpoint:
        blue = two_loops(endpoint)
        refused = httpx2.post(f"{blue.url}/personalizer/v1.0/rank")
        seen = blue.send("GET", f"/mock/{what}").text
        everything = endpoint.send("GET", f"/mock/{what}").text
        calls = blue.send("GET", "/mock/calls").json()["calls"]

    assert refused.status_code == 401
    assert "of-blue" in seen
    assert "of-default" not in seen
    assert "of-blue" in everything
    assert "of-default" in everything
    assert [(call["path"], call["status"]) for call in calls] == [
        ("/loops/blue/personalizer/v1.0/rank", 201),
        ("/loops/blue/personalizer/v1.0/rank", 401),
    ]


def test_a_loop_learns_its_own_lessons_and_knows_its_own_actions() -> None:
    """An id that another loop's rank has offered says nothing to it."""
    with served() as endpoint:
        blue = two_loops(endpoint)
        before = trained(endpoint), trained(blue)
        own = blue.post("/mock/lessons", {"action": "of-blue", "reward": 1})
        other = blue.post("/mock/lessons", {"action": "of-default", "reward": 1})
        after = trained(endpoint), trained(blue)

    assert (own.status_code, other.status_code) == (204, 400)
    assert before == (1, 1)
    assert after == (1, 2)


def test_a_loop_begins_anew_alone() -> None:
    """Its keys stay, and another policy is its own."""
    with served() as endpoint:
        blue = two_loops(endpoint)
        endpoint.post("/mock/choices", {"actionIds": ["waiting"]})
        done = blue.post("/mock/reset", {"mode": "azure", "seed": "7"})
        refused = blue.post("/mock/reset", {"policy": "--cb_explore_adf -f /tmp/x"})
        report = blue.send("GET", "/mock/learning").json()
        calls = [one.send("GET", "/mock/calls").json()["calls"] for one in (endpoint, blue)]
        decisions = [
            one.send("GET", "/mock/decisions").json()["decisions"] for one in (endpoint, blue)
        ]
        script = endpoint.send("GET", "/mock/choices").json()
        default = endpoint.send("GET", "/mock/learning").json()
        listed = endpoint.send("GET", "/mock/loops").json()["value"]

    assert (done.status_code, refused.status_code) == (204, 400)
    assert (report["mode"], report["trained"], report["decisions"]) == ("azure", 0, 0)
    assert (default["mode"], default["trained"], default["decisions"]) == ("quick", 1, 1)
    assert [len(some) for some in calls] == [1, 0]
    assert [len(some) for some in decisions] == [1, 0]
    assert script == {"actionIds": ["waiting"]}
    assert [loop["name"] for loop in listed] == ["default", "blue"]


def test_a_loop_is_kept_and_restored_alone() -> None:
    """With its own key."""
    with served() as endpoint:
        blue = two_loops(endpoint)
        kept = blue.post("/mock/snapshot").content
        blue.post("/mock/reset")
        restored = blue.send("POST", "/mock/restore", content=kept)
        after = trained(endpoint), trained(blue)

    assert restored.status_code == 204
    assert after == (1, 1)


def test_a_loop_forgets_its_own_calls() -> None:
    """And no other's."""
    with served() as endpoint:
        blue = two_loops(endpoint)
        blue.send("DELETE", "/mock/calls")
        left = [call["path"] for call in endpoint.send("GET", "/mock/calls").json()["calls"]]

    assert left == ["/personalizer/v1.0/rank"]


def test_a_new_loop_of_an_old_name_sees_nothing_of_the_old_one() -> None:
    """Its calls and decisions are somebody else's."""
    with served() as endpoint:
        two_loops(endpoint)
        endpoint.send("DELETE", "/mock/loops/blue")
        key = endpoint.post("/mock/loops", {"name": "blue"}).json()["key1"]
        blue = Endpoint(f"{endpoint.url}/loops/blue", key)
        seen = [blue.send("GET", f"/mock/{what}").text for what in ("calls", "decisions")]

    assert not [text for text in seen if "of-blue" in text]
