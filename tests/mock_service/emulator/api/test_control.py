"""The control plane over HTTP: what a test in any language can order and see."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from mock_service.settings import DEVELOPMENT_KEY
from personalizer_lab import LocalPersonalizer
from tests.helpers.servers import ARTICLES, served_by_command

HEADERS = {"Ocp-Apim-Subscription-Key": DEVELOPMENT_KEY}


@pytest.fixture
def control(personalizer: LocalPersonalizer) -> Iterator[httpx2.Client]:
    """Speak to a fresh server with its key."""
    with httpx2.Client(base_url=personalizer.endpoint, headers=HEADERS) as client:
        yield client


def rank(client: httpx2.Client, event_id: str = "e") -> httpx2.Response:
    """Rank the articles."""
    body = {"actions": ARTICLES, "eventId": event_id, "contextFeatures": [{"x": 1}]}
    return client.post("/personalizer/v1.0/rank", json=body)


def probabilities(client: httpx2.Client) -> dict[str, float]:
    """Return what the loop thinks of the articles."""
    return {line["id"]: line["probability"] for line in rank(client, "look").json()["ranking"]}


def test_calls_are_listed_and_filtered(
    control: httpx2.Client, personalizer: LocalPersonalizer
) -> None:
    """Method, path, body, status and time; what is under /mock/ is none of them."""
    rank(control)
    control.post("/personalizer/v1.0/events/e/reward", json={"value": 7})
    control.get("/mock/clock")
    httpx2.post(f"{personalizer.endpoint}/personalizer/v1.0/rank")

    calls = control.get("/mock/calls").json()["calls"]
    rewards = control.get("/mock/calls", params={"operation": "reward", "status": 400}).json()

    assert [(call["operation"], call["status"]) for call in calls] == [
        ("rank", 201),
        ("reward", 400),
        ("rank", 401),
    ]
    assert calls[0]["at"] == "2026-01-05T09:00:00Z"
    assert rewards["calls"] == [calls[1]]
    assert calls[1]["body"] == '{"value":7}'
    assert control.get("/mock/calls?last=1").json()["calls"] == calls[2:]


def test_calls_can_be_forgotten(control: httpx2.Client) -> None:
    """And the next is the first again."""
    rank(control)

    assert control.delete("/mock/calls").status_code == 204
    assert control.get("/mock/calls").json() == {"calls": []}


def test_decisions_are_listed_with_what_became_of_them(control: httpx2.Client) -> None:
    """By event id or by the action chosen, if one wants only some."""
    chosen = rank(control).json()["rewardActionId"]
    rank(control, "other")
    control.post("/personalizer/v1.0/events/e/reward", json={"value": 0.5})

    (decision,) = control.get("/mock/decisions", params={"eventId": "e"}).json()["decisions"]

    assert decision["chosen"] == chosen
    assert decision["context"] == [{"x": 1}]
    assert (decision["rewards"], decision["reward"], decision["learned"]) == ([0.5], 0.5, True)
    assert len(control.get("/mock/decisions").json()["decisions"]) == 2


def test_choices_are_told_in_advance(control: httpx2.Client) -> None:
    """One for each rank that offers the action; those no rank offered can be seen."""
    told = control.post("/mock/choices", json={"actionIds": ["music", "sports", "weather"]})
    chosen = [rank(control, str(number)).json()["rewardActionId"] for number in range(2)]

    assert told.status_code == 201
    assert chosen == ["music", "sports"]
    assert control.get("/mock/choices").json() == {"actionIds": ["weather"]}
    assert control.delete("/mock/choices").status_code == 204
    assert control.get("/mock/choices").json() == {"actionIds": []}


def test_a_lesson_is_seen_by_the_next_rank(control: httpx2.Client) -> None:
    """With the action's features, or by its id once a rank has offered it."""
    example: dict[str, Any] = {"contextFeatures": [{"x": 1}], "reward": 1, "times": 3}
    unknown = control.post("/mock/lessons", json={**example, "action": "music"})
    first = control.post("/mock/lessons", json={**example, "action": ARTICLES[2]})
    learned = probabilities(control)
    again = control.post("/mock/lessons", json={**example, "action": "music"})

    assert (unknown.status_code, first.status_code, again.status_code) == (400, 204, 204)
    assert "no rank has offered the action 'music'" in unknown.json()["error"]["message"]
    assert max(learned, key=learned.__getitem__) == "music"
    assert learned["music"] == pytest.approx(0.8667, abs=1e-3)


def test_a_seed_brings_the_same_choices_and_ids_again(control: httpx2.Client) -> None:
    """Also for ranks without an event id of their own."""
    answers = []
    for _ in range(2):
        control.put("/mock/seed", json={"seed": "twelve"})
        replies = [
            control.post("/personalizer/v1.0/rank", json={"actions": ARTICLES}) for _ in range(8)
        ]
        answers.append([reply.json() for reply in replies])

    assert answers[0] == answers[1]
    assert len({answer["rewardActionId"] for answer in answers[0]}) > 1
    assert control.get("/mock/seed").json() == {"seed": "twelve"}


def test_reset_begins_anew(control: httpx2.Client) -> None:
    """Nothing learned, noted or ordered, and the clock where it started."""
    control.post("/mock/lessons", json={"action": ARTICLES[0], "reward": 1})
    control.post("/mock/faults", json={"operation": "rank", "status": 500})
    control.put("/mock/throttling", json={"profile": "F0"})
    control.post("/mock/choices", json={"actionIds": ["music"]})
    control.post("/mock/clock", json={"advance": "P1D"})

    assert control.post("/mock/reset").status_code == 204
    assert control.get("/mock/faults").json() == {"faults": []}
    assert control.get("/mock/throttling").json()["calls"] is None
    assert control.get("/mock/choices").json() == {"actionIds": []}
    assert control.get("/mock/decisions").json() == {"decisions": []}
    assert control.get("/mock/clock").json()["now"] == "2026-01-05T09:00:00Z"
    assert set(probabilities(control).values()) == {0.33333334}


def test_reset_can_change_the_settings(control: httpx2.Client) -> None:
    """Mode, policy, seed and exploration; a refused policy changes nothing."""
    good = {"mode": "azure", "policy": "squarecb", "seed": "7", "explorationPercentage": 0.5}
    control.post("/mock/reset", json=good)
    rank(control)

    refused = control.post("/mock/reset", json={"policy": "--cb_explore_adf -f /tmp/model"})
    report = control.get("/mock/learning").json()

    assert refused.json()["error"]["code"] == "InvalidPolicyConfiguration"
    assert (report["mode"], report["explorationPercentage"]) == ("azure", 0.5)
    assert "squarecb" in report["policy"]
    assert report["decisions"] == 1


def test_a_profile_throttles_and_can_be_lifted(control: httpx2.Client) -> None:
    """With the gateway's words and the seconds to wait."""
    control.put("/mock/throttling", json={"calls": 1, "seconds": 90})
    rank(control)
    refused = rank(control)
    counted = control.get("/mock/throttling").json()
    control.delete("/mock/throttling")

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "90")
    assert "Requests to the Rank Operation" in refused.json()["error"]["message"]
    assert "Please retry after 90 seconds." in refused.json()["error"]["message"]
    assert counted == {"calls": 1, "seconds": 90.0, "tier": "F0", "refused": 1}
    assert rank(control).status_code == 201


def test_faults_are_counted_and_taken_back(control: httpx2.Client) -> None:
    """The count stays."""
    order = {"operation": "rank", "status": 503, "times": None}
    ordered = control.post("/mock/faults", json=order).json()
    statuses = [rank(control).status_code]
    taken_back = control.delete(f"/mock/faults/{ordered['number']}")
    statuses.append(rank(control).status_code)

    assert statuses == [503, 201]
    assert taken_back.status_code == 204
    assert control.get("/mock/faults").json()["faults"] == [{**ordered, "met": 1}]
    assert control.delete("/mock/faults/99").status_code == 404


MISTAKES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "unknown operation": ("post", "faults", {"operation": "rnak", "status": 500}, "'rnak' should"),
    "no kind": ("post", "faults", {"operation": "rank"}, "needs one of"),
    "two kinds": ("post", "faults", {"operation": "rank", "status": 500, "drop": "before"}, "one"),
    "no error": ("post", "faults", {"operation": "rank", "status": 200}, "from 400 to 599"),
    "late rank": ("post", "faults", {"operation": "rank", "late": "PT1M"}, "acknowledged first"),
    "misspelt": ("post", "faults", {"operation": "rank", "statsu": 500}, "statsu"),
    "latency": ("post", "faults", {"operation": "rank", "latency": -1}, "latency should be"),
    "distribution": (
        "post",
        "faults",
        {"operation": "rank", "latency": {"distribution": "normal"}},
        "distribution should be one of",
    ),
    "parameters": (
        "post",
        "faults",
        {"operation": "rank", "latency": {"distribution": "uniform", "low": 1}},
        "uniform takes low and high",
    ),
    "profile": ("put", "throttling", {"profile": "S9"}, "one of F0, S0"),
    "half a rate": ("put", "throttling", {"calls": 5}, "a profile, or calls and seconds"),
    "no choice": ("post", "choices", {"actionIds": []}, "actionIds"),
    "reward": ("post", "lessons", {"action": ARTICLES[0], "reward": 2}, "reward"),
    "features": (
        "post",
        "lessons",
        {"action": {"id": "a", "features": []}, "reward": 1},
        "feature",
    ),
}


@pytest.mark.parametrize(("method", "path", "body", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_answered_with_what_was_expected(
    control: httpx2.Client, method: str, path: str, body: dict[str, Any], expected: str
) -> None:
    """In the service's own shape, and nothing is ordered."""
    reply = control.request(method.upper(), f"/mock/{path}", json=body)

    assert reply.status_code == 400
    assert expected in reply.json()["error"]["message"]
    assert control.get("/mock/faults").json() == {"faults": []}


def test_the_control_plane_needs_the_key(personalizer: LocalPersonalizer) -> None:
    """Like everything else."""
    assert httpx2.post(f"{personalizer.endpoint}/mock/reset").status_code == 401


def test_the_control_plane_has_its_own_section_of_the_documentation(
    control: httpx2.Client,
) -> None:
    """Every path under /mock/ is tagged as such, and no other is."""
    paths = control.get("/openapi.json").json()["paths"]
    tags = {
        path: tag
        for path, operations in paths.items()
        for operation in operations.values()
        for tag in operation["tags"]
    }

    assert {path for path, tag in tags.items() if tag.endswith("(mock)")} == {
        path for path in paths if path.startswith("/mock/")
    }
    assert len({tag for tag in tags.values() if tag.endswith("(mock)")}) >= 9


def test_the_control_plane_is_off_where_other_machines_can_reach_it() -> None:
    """Unless somebody says that this is meant."""
    statuses = []
    for options in ([], ["--allow-control"]):
        with served_by_command("--host", "127.0.0.2", "--key", "k", *options) as endpoint:
            statuses.append(endpoint.post("/mock/reset").status_code)
            assert endpoint.rank({"actions": ARTICLES}).status_code == 201

    assert statuses == [404, 204]
