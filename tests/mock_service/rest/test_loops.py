"""Several loops behind one address, each with its own model, configuration and two keys."""

import httpx2
import pytest

from mock_service.settings import Settings
from tests.helpers.servers import ARTICLES, Endpoint, served, served_by_command

V1 = "/personalizer/v1.0"


def made(endpoint: Endpoint, name: str, **more: object) -> Endpoint:
    """Make a loop and return its endpoint, with its first key."""
    body = endpoint.post("/mock/loops", {"name": name, **more}).json()
    return Endpoint(f"{endpoint.url}{body['endpoint']}", body["key1"])


def test_each_loop_has_its_own_configuration_and_model() -> None:
    """What one learns, another does not know."""
    with served() as endpoint:
        blue, green = made(endpoint, "blue"), made(endpoint, "green", mode="azure")
        blue.rank({"actions": ARTICLES, "eventId": "e"})
        blue.post(f"{V1}/events/e/reward", {"value": 1})
        changed = {**blue.send("GET", f"{V1}/configurations/service").json(), "defaultReward": 1}
        blue.send("PUT", f"{V1}/configurations/service", changed)
        models = [one.send("GET", f"{V1}/model").content for one in (endpoint, blue, green)]
        rewards = [
            one.send("GET", f"{V1}/configurations/service").json()["defaultReward"]
            for one in (endpoint, blue, green)
        ]
        listed = endpoint.send("GET", "/mock/loops").json()["value"]
        learned = blue.send("GET", "/mock/learning").json()["trained"]

    assert [bool(model) for model in models] == [False, True, False]
    assert rewards == [0.0, 1.0, 0.0]
    assert learned == 1
    assert [(loop["name"], loop["endpoint"]) for loop in listed] == [
        ("default", "/"),
        ("blue", "/loops/blue"),
        ("green", "/loops/green"),
    ]


def test_a_loop_opens_with_its_own_keys_only() -> None:
    """Neither another loop's, nor the other way round."""
    with served() as endpoint:
        blue = made(endpoint, "blue")

        assert blue.rank({"actions": ARTICLES}).status_code == 201
        assert Endpoint(blue.url, endpoint.key).rank({"actions": ARTICLES}).status_code == 401
        assert Endpoint(endpoint.url, blue.key).rank({"actions": ARTICLES}).status_code == 401


def test_keys_are_rotated_one_at_a_time() -> None:
    """Clients go on with the other one."""
    with served() as endpoint:
        blue = made(endpoint, "blue")
        before = endpoint.send("GET", "/mock/loops/blue/keys").json()
        after = endpoint.post("/mock/loops/blue/keys", {"rotate": 1}).json()
        statuses = [
            Endpoint(blue.url, key).rank({"actions": ARTICLES}).status_code
            for key in (before["key1"], before["key2"], after["key1"])
        ]

    assert (before["key1"], len({*before.values(), *after.values()})) == (blue.key, 3)
    assert before["key2"] == after["key2"]
    assert statuses == [401, 201, 201]


def test_both_keys_of_the_default_loop_open_it() -> None:
    """Also in the query, as sibling services take it."""
    settings = Settings(key="one", second_key="two")
    with served(settings) as endpoint:
        for key in ("one", "two"):
            assert Endpoint(endpoint.url, key).rank({"actions": ARTICLES}).status_code == 201
            url = f"{endpoint.url}{V1}/model?subscription-key={key}"
            assert httpx2.get(url).status_code == 200
        assert httpx2.get(url + "x").status_code == 401


def test_a_removed_loop_is_gone() -> None:
    """The default loop stays."""
    with served() as endpoint:
        blue = made(endpoint, "blue")

        assert endpoint.send("DELETE", "/mock/loops/blue").status_code == 204
        assert blue.rank({"actions": ARTICLES}).status_code == 404
        assert "no loop 'blue'" in blue.rank({"actions": ARTICLES}).json()["error"]["message"]
        assert endpoint.send("DELETE", "/mock/loops/blue").status_code == 404
        assert endpoint.send("DELETE", "/mock/loops/default").status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "BadRequest"),
        ({"name": "a/b"}, 400, "BadRequest"),
        ({"name": ""}, 400, "BadRequest"),
        ({"name": "x", "mode": "slow"}, 400, "BadRequest"),
        ({"name": "x", "colour": "red"}, 400, "BadRequest"),
        ({"name": "default"}, 409, "LoopAlreadyExists"),
        ({"name": "x", "policy": "-f /tmp/x"}, 400, "InvalidPolicyConfiguration"),
        (
            {"name": "x", "policy": "--cb_explore_adf --epsilon 7"},
            400,
            "InvalidPolicyConfiguration",
        ),
    ],
)
def test_a_loop_that_cannot_be_is_refused(
    endpoint: Endpoint, body: object, status: int, code: str
) -> None:
    """With what is wrong."""
    reply = endpoint.post("/mock/loops", body)

    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def test_loops_are_managed_at_the_bare_endpoint(endpoint: Endpoint) -> None:
    """One loop's key does not rule the others."""
    blue = made(endpoint, "managed")

    assert blue.send("GET", "/mock/loops").status_code == 403


def test_loops_are_made_by_the_command_line_too() -> None:
    """As many as are named."""
    with served_by_command("--loop", "blue", "--loop", "green") as endpoint:
        listed = endpoint.send("GET", "/mock/loops").json()["value"]

    assert [loop["name"] for loop in listed] == ["default", "blue", "green"]


def test_an_endpoint_of_a_loop_may_end_in_a_slash(endpoint: Endpoint) -> None:
    """Like the bare one."""
    slashed = made(endpoint, "slashed")
    body = {"actions": ARTICLES}

    assert Endpoint(f"{slashed.url}/", slashed.key).rank(body).status_code == 201
