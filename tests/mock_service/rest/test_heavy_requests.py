"""A request of one client does not keep the others waiting, however heavy it is."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, sleep

import httpx2
import pytest

from tests.helpers.local_inference import (
    CB,
    OUTCOME,
    Choice,
    batch,
    cb_payload,
    event,
    outcome_payload,
)
from tests.helpers.servers import Endpoint, served_by_command

BASE = "/personalizer/v1.1-preview.3"
BATCHES = f"{BASE}/logs"
PATIENCE_SECONDS = 1.0


def actions_of(count: int, features: int) -> list[dict[str, object]]:
    """Return actions with so many features each."""
    return [
        {"id": f"a{n}", "features": [{"words": {f"w{n}_{k}": k % 7 + 1 for k in range(features)}}]}
        for n in range(count)
    ]


def context_of(features: int) -> list[dict[str, int]]:
    """Return a context of so many features."""
    return [{f"c{k}": 1} for k in range(features)]


@contextmanager
def watched(endpoint: Endpoint) -> Iterator[list[float]]:
    """Ask for the status again and again, and note how many seconds each answer took.

    The block begins once the first answer is there: what is refused at once would be over before.
    """
    waits: list[float] = []
    begun, over = threading.Event(), threading.Event()

    def watch() -> None:
        with httpx2.Client() as client:
            while not over.is_set():
                began = perf_counter()
                client.get(f"{endpoint.url}/status", timeout=60)
                waits.append(perf_counter() - began)
                begun.set()
                sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun.wait(timeout=60)
    try:
        yield waits
    finally:
        over.set()
        watcher.join()


@pytest.mark.parametrize(
    ("policy", "actions", "context", "status"),
    [
        ("quick", actions_of(50, 300), context_of(20), 201),
        ("azure", actions_of(50, 300), context_of(20), 201),
        ("quick", actions_of(50, 40), context_of(840), 201),
        ("quick", actions_of(50, 40), context_of(30_000), 400),
        ("three-way", actions_of(1, 1), context_of(450), 201),
        ("three-way", actions_of(1, 1), context_of(6_000), 400),
        ("no-interactions", actions_of(1, 1), [{"x": [1] * 99_000}], 201),
        ("no-interactions", actions_of(1, 1), [{"x": [1] * 400_000}], 400),
        ("--cb_explore_adf -q :: --cover 24", actions_of(50, 40), context_of(50), 201),
        ("--cb_explore_adf -q :: -b 24", actions_of(50, 40), context_of(390), 201),
    ],
)
def test_a_rank_is_answered_soon_or_refused_at_once(
    policy: str, actions: object, context: object, status: int
) -> None:
    """Asked, rewarded and asked again; everybody else is answered meanwhile."""
    asked = {"actions": actions, "contextFeatures": context}
    with served_by_command("--policy", policy) as endpoint:
        taught = {"action": {"id": "a", "features": [{"x": 1}]}, "reward": 1}
        assert endpoint.post("/mock/lessons", taught).status_code == 204
        with watched(endpoint) as waits:
            for event in ("first", "second"):
                reply = endpoint.post(f"{BASE}/rank", {**asked, "eventId": event})
                assert reply.status_code == status
                endpoint.post(f"{BASE}/events/{event}/reward", {"value": 1})

    assert max(waits) < PATIENCE_SECONDS
    if status == 400:
        error = reply.json()["error"]
        assert error["code"] == "InvalidRankRequest"
        assert "and the limit" in error["message"]


def test_a_lesson_repeated_ten_thousand_times_is_bounded_too() -> None:
    """By what all of its repetitions cost together."""
    action = actions_of(1, 20)[0]
    with served_by_command() as endpoint, watched(endpoint) as waits:
        example = {"action": action, "reward": 1, "times": 10_000}
        small = endpoint.post("/mock/lessons", {**example, "contextFeatures": context_of(30)})
        large = endpoint.post("/mock/lessons", {**example, "contextFeatures": context_of(2_000)})

    assert (small.status_code, large.status_code) == (204, 400)
    assert max(waits) < PATIENCE_SECONDS


def test_a_page_of_fifty_slots_is_answered_soon_or_refused_at_once() -> None:
    """Fifty actions for each of them."""
    slots = [{"id": f"s{n}", "baselineAction": f"a{n}"} for n in range(50)]
    page = {"actions": actions_of(50, 30), "slots": slots}
    rewards = [{"slotId": f"s{n}", "value": 1} for n in range(50)]
    with served_by_command("--policy", "--ccb_explore_adf -q ::") as endpoint:
        statuses = []
        with watched(endpoint) as waits:
            for features in (20, 450):
                asked = {**page, "eventId": "e", "contextFeatures": context_of(features)}
                reply = endpoint.post(f"{BASE}/multislot/rank", asked)
                statuses.append(reply.status_code)
                endpoint.post(f"{BASE}/multislot/events/e/reward", {"reward": rewards})

    assert statuses == [201, 400]
    assert "limit crossed-features" in json.loads(reply.content)["error"]["message"]
    assert max(waits) < PATIENCE_SECONDS


def test_a_batch_of_local_inference_keeps_others_waiting_no_longer() -> None:
    """A mebibyte of decisions, and then of rewards, from which a quick loop learns at once."""
    context = b'{"FromUrl":[{"a":1}],"_multi":[{"j":[{"b":1}]},{"j":[{"b":2}]}]}'
    decided = cb_payload(context, Choice((1, 0), (0.8, 0.2)))
    rewarded = outcome_payload(1.0)
    with served_by_command() as endpoint, watched(endpoint) as waits:
        for name, kind, payload, ids in (
            ("interactions", CB, decided, range(4_200)),
            ("interactions", CB, decided, range(4_200, 8_400)),
            ("observations", OUTCOME, rewarded, range(8_400)),
        ):
            content = batch([event(f"{id_}", kind, payload) for id_ in ids])
            assert 800_000 < len(content) < 2**20
            assert endpoint.post(f"{BATCHES}/{name}", content=content).status_code == 204

    assert max(waits) < PATIENCE_SECONDS
