"""What clients send that the contract does not describe, and the service took."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from mock_service.rest.versions import ALL, Version
from mock_service.settings import Settings
from mock_service.wire import KEY_HEADER
from tests.helpers.servers import Endpoint, served

RANK = "/personalizer/v1.0/rank"
SERVICE = "/personalizer/v1.0/configurations/service"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """Serve one loop."""
    with served(Settings()) as running:
        yield running


def action(id_: object, features: object = ({"f": 1},)) -> dict[str, object]:
    """Return an action as a client sends it."""
    return {"id": id_, "features": list(features) if isinstance(features, tuple) else features}


def test_integers_are_taken_as_ids_and_answered_as_text(endpoint: Endpoint) -> None:
    """Of actions, events and what is excluded."""
    body = {
        "actions": [action(12), action(13), action("x")],
        "excludedActions": [13],
        "eventId": 7,
    }
    reply = endpoint.rank(body)

    assert reply.status_code == 201
    assert reply.json()["eventId"] == "7"
    assert {one["id"]: one["probability"] for one in reply.json()["ranking"]}["13"] == 0
    assert {one["id"] for one in reply.json()["ranking"]} == {"12", "13", "x"}
    assert endpoint.post("/personalizer/v1.0/events/7/reward", {"value": 1}).status_code == 204


@pytest.mark.parametrize("id_", [True, None, {"a": 1}, 1.5, ["12"]])
def test_what_is_neither_text_nor_an_integer_is_no_id(endpoint: Endpoint, id_: object) -> None:
    """Booleans are no numbers here."""
    assert endpoint.rank({"actions": [action(id_), action("x")]}).status_code == 400


def test_names_in_another_case_and_a_mark_in_front_are_read(endpoint: Endpoint) -> None:
    """As the serialisers of other languages write them."""
    body = '{"Actions":[{"Id":"a","Features":[{"F":1}]}],"EVENTID":"cased"}'
    reply = endpoint.post(RANK, content=b"\xef\xbb\xbf" + body.encode())

    assert (reply.status_code, reply.json()["eventId"]) == (201, "cased")


@pytest.mark.parametrize("features", [[{}], [{"x": None}], [{}, {"y": None}], [None, {}]])
def test_an_action_of_empty_objects_has_no_feature(endpoint: Endpoint, features: object) -> None:
    """In the service's words."""
    reply = endpoint.rank({"actions": [action("a", features), action("b")]})

    assert reply.status_code == 400
    words = "Every action should have at least one non-null action feature."
    assert words in reply.json()["error"]["message"]


@pytest.mark.parametrize("wait", ["-PT5M", "PT0S", "PT1S", "P3D"])
def test_a_wait_out_of_range_is_refused_with_the_range(endpoint: Endpoint, wait: str) -> None:
    """Zero and less, too."""
    configuration = endpoint.send("GET", SERVICE).json() | {"rewardWaitTime": wait}
    reply = endpoint.send("PUT", SERVICE, configuration)

    assert reply.status_code == 400
    assert "5 seconds to two days" in reply.json()["error"]["message"]


def test_a_date_is_midnight_in_an_evaluation(endpoint: Endpoint) -> None:
    """It is read: only the log is missing."""
    path = "/personalizer/featureImportances/dates?api-version=2022-09-01-preview"
    body = {"name": "dates", "startTime": "2022-09-20", "endTime": "2022-09-21"}
    reply = endpoint.send("PUT", path, body)

    assert reply.json()["error"]["code"] == "NoLogsExistInDateRange"


@pytest.mark.parametrize("version", ALL)
def test_every_version_has_a_status_that_wants_a_key(endpoint: Endpoint, version: Version) -> None:
    """With the body of the plain one."""
    path = f"{version.prefix}/status"
    plain = endpoint.send("GET", "/status").json()

    assert endpoint.send("GET", path).json() == plain
    assert Endpoint(endpoint.url, "wrong").send("GET", path).status_code == 401


def test_head_has_the_headers_of_get_and_no_body(endpoint: Endpoint) -> None:
    """The model's age can be asked for without the model."""
    endpoint.rank({"actions": [action("a"), action("b")], "eventId": "head"})
    endpoint.post("/personalizer/v1.0/events/head/reward", {"value": 1})
    address = urlsplit(endpoint.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port or 0)
    replies = []
    for method in ("GET", "HEAD"):
        connection.request(method, "/personalizer/v1.0/model", headers={KEY_HEADER: endpoint.key})
        reply = connection.getresponse()
        replies.append((reply.status, dict(reply.getheaders()), reply.read()))
    connection.close()

    (status, got, model), (head_status, head, body) = replies
    assert (status, head_status, body) == (200, 200, b"")
    assert head["last-modified"] == got["last-modified"]
    assert int(head["content-length"]) == len(model) > 0
