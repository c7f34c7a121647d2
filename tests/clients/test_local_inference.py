"""Clients that rank by themselves: they fetch the model, decide, and post batches of what they did.

The client is `tests.helpers.local_inference`, which knows nothing of the server; only the news come
from the simulator.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mock_service.settings import Settings
from simulator.model import Visit
from simulator.scenario.catalogue import find_scenario
from simulator.users.environment import ScenarioEnvironment
from tests.helpers.command_line import command
from tests.helpers.local_events import (
    CONTEXT,
    INTERACTIONS,
    OBSERVATIONS,
    SURE,
    decided,
    heard,
    learning,
    post,
    read_log,
)
from tests.helpers.local_inference import (
    CB,
    DEDUP,
    Choice,
    LocalClient,
    batch,
    cb_payload,
    dictionary_payload,
    event,
)
from tests.helpers.servers import Endpoint, served


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Serve a loop that learns at once."""
    with served() as found:
        yield found


def to_context(visit: Visit) -> str:
    """Return a visit as a client with local inference hands it to Vowpal Wabbit."""
    actions = [{"_tag": one.id, "j": json.loads(one.features)} for one in visit.actions]
    return json.dumps({"FromUrl": json.loads(visit.context), "_multi": actions})


def test_a_client_that_ranks_by_itself_learns_the_news(tmp_path: Path) -> None:
    """In 2,000 visits; a fifth of its choices is random, and the log agrees with what it did."""
    did: list[tuple[str, int, float]] = []
    with (
        served(Settings(data_folder=tmp_path)) as found,
        LocalClient(found.url, {"Ocp-Apim-Subscription-Key": found.key}) as client,
    ):
        for block in ScenarioEnvironment(find_scenario("news"), seed=1).blocks(2000):
            for row, visit in enumerate(block.visits):
                id_ = f"visit-{visit.number}"
                chosen = client.rank(id_, to_context(visit), len(visit.actions))
                reward = float(block.rewards[row, chosen])
                client.reward(id_, reward)
                did.append((id_, chosen, reward))
                if visit.number % 20 == 19:
                    assert client.flush() == [204, 204]
                    client.poll()
        counts = learning(found)

    rewards = [reward for *_, reward in did]
    assert sum(rewards[-500:]) / 500 >= 0.80
    assert client.fetched >= 2
    assert (counts["decisions"], counts["trained"], counts["waiting"]) == (2000, 2000, 0)
    assert [(one.event_id, one.chosen, one.reward) for one in read_log(tmp_path)] == did
    report = json.loads(
        command("evaluate", str(tmp_path / "log.dsjson"), "--json", "--fast", "--quiet").out
    )
    online = next(one for one in report["policies"] if one["name"] == "online")
    assert online["mean_reward"]["value"] == pytest.approx(sum(rewards) / 2000)


def test_of_a_hundred_batches_the_ten_damaged_ones_are_refused(endpoint: Endpoint) -> None:
    """Nothing of them is taken, and the others count."""
    rng, statuses = np.random.default_rng(1), []
    for number in range(100):
        whole = batch([decided(f"{number}-{place}") for place in range(5)])
        content = DAMAGE[number // 10](whole, rng) if number % 10 == 5 else whole
        statuses.append(endpoint.post(INTERACTIONS, content=content).status_code)

    assert [statuses[number] for number in range(5, 100, 10)] == [400] * 10
    assert statuses.count(204) == 90
    assert learning(endpoint)["decisions"] == 450


DAMAGE = (
    lambda whole, _: whole[:-1],
    lambda whole, _: whole[:9],
    lambda whole, _: whole + b"!",
    lambda whole, _: whole[:2] + b"\0\4" + whole[4:],
    lambda whole, _: whole[:8] + b"\xff" * 4 + whole[12:],
    lambda whole, _: whole.replace(b"FromUrl", b'From"rl'),
    lambda whole, _: whole.replace(b"IDENTITY", b"\xff" * 8),
    lambda whole, _: whole[:60] + bytes(60) + whole[120:],
    lambda whole, rng: whole[:8] + rng.bytes(len(whole) - 8),
    lambda *_: json.dumps([{"EventId": "1"}]).encode(),
)
"""Ways a batch can come to harm."""


@pytest.mark.parametrize(
    ("path", "wrong", "complaint"),
    [
        (INTERACTIONS, heard("e"), "event 'e': expected a decision (CB or CCB), got OUTCOME."),
        (OBSERVATIONS, decided("e"), "event 'e': expected an outcome, got CB."),
        (
            OBSERVATIONS,
            heard("e", float("nan")),
            "event 'e': expected a finite number as its value.",
        ),
        (OBSERVATIONS, heard("e", "good"), "event 'e': expected a finite number as its value."),
        (
            INTERACTIONS,
            decided("e", Choice((0, 1, 2), (0.9, 0.9, 0.9))),
            "event 'e': probabilities: expected a sum of 1, got 2.7.",
        ),
        (
            INTERACTIONS,
            decided("e", Choice((0, 1, 2), (0.0, 0.5, 0.5))),
            "event 'e': probabilities: expected one an action, above 0 for the one shown.",
        ),
        (
            INTERACTIONS,
            decided("e", Choice((0, 1, 7), (0.5, 0.25, 0.25))),
            "event 'e': a: expected places among 3 actions.",
        ),
        (
            INTERACTIONS,
            decided("e\n"),
            "event 'e\\n': expected an id of 1 to 256 characters, no control characters.",
        ),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_with_its_whole_batch(
    endpoint: Endpoint, path: str, wrong: bytes, complaint: str
) -> None:
    """And the answer names it."""
    before = decided("before") if path == INTERACTIONS else heard("before")

    reply = endpoint.post(path, content=batch([before, wrong]))

    assert reply.status_code == 400
    assert reply.json()["error"]["message"] == complaint
    counts = learning(endpoint)
    assert (counts["decisions"], counts["rewards"]) == (0, 0)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (batch([], encoding="GZIP"), "Content encoding 'GZIP': expected IDENTITY or DEDUP."),
        (
            batch([event("e", CB, cb_payload(CONTEXT, SURE), encoding=1)]),
            "event 'e': its payload should not be compressed (Zstd).",
        ),
    ],
)
def test_what_is_packed_otherwise_is_415(
    endpoint: Endpoint, content: bytes, complaint: str
) -> None:
    """With the encoding that would be read."""
    reply = endpoint.post(INTERACTIONS, content=content)

    assert (reply.status_code, reply.json()["error"]["message"]) == (415, complaint)


def test_contexts_may_name_their_actions_by_a_dictionary(endpoint: Endpoint) -> None:
    """As clients do that are told to save bandwidth (DEDUP)."""
    whole = json.loads(CONTEXT)
    names = {2**63 + place: json.dumps(one) for place, one in enumerate(whole["_multi"])}
    short = json.dumps({**whole, "_multi": [{"__aid": name} for name in names]}).encode()
    dictionary = event("3defe0ed-dedup", DEDUP, dictionary_payload(names))
    content = batch([dictionary, event("short", CB, cb_payload(short, SURE))], encoding="DEDUP")

    assert endpoint.post(INTERACTIONS, content=content).status_code == 204
    assert post(endpoint, INTERACTIONS, decided("long")) == 204
    made = endpoint.send("GET", "/mock/decisions").json()["decisions"]
    assert made[0]["ranking"] == made[1]["ranking"]
