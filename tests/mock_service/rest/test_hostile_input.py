"""Policies, models and bodies of every wrong kind: the server lives and keeps its model."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from mock_service.clock import SystemClock
from mock_service.security.signing import CERTIFICATE, MODEL, SIGNATURE, Signer, new_signer
from mock_service.settings import Settings
from mock_service.vowpal.policy_options import POLICY_OPTIONS
from tests.helpers.servers import ARTICLES, Endpoint, served, served_by_command
from tests.mock_service.rest.test_models_in_and_out import teach

BASE = "/personalizer/v1.1-preview.3"
POLICIES, MODELS, BODIES = 1000, 200, 1000
HOSTILE = [
    "-f", "/etc/model", "--final_regressor=x", "-i", "--invert_hash", "--readable_model", "-d",
    "--daemon", "--port", "--passes", "-c", "--cache_file", "--audit", "--version", "--help",
    "--cats", "--nn", "--oaa", "--search", "--lda", "--ngram", "--dictionary", "-b", "40",
    "--bag", "100000", "$(id)", "`id`", ";", "\u0000", "é", "-", "--", "=",
]  # fmt: skip
VALUES = [
    "0",
    "1",
    "0.5",
    "1e9",
    "-1",
    "nan",
    "::",
    ":::",
    "ab",
    "mtr",
    "ips",
    "dr",
    "24",
    "x" * 40,
]


@pytest.fixture(scope="module")
def signer() -> Signer:
    """Return somebody the server trusts."""
    return new_signer(SystemClock().now())


@pytest.fixture(scope="module")
def taught(signer: Signer) -> Iterator[Endpoint]:
    """Serve a loop that has learned."""
    with served(Settings(trusted_signers=(signer.certificate,))) as running:
        teach(running)
        yield running


def model_of(endpoint: Endpoint) -> bytes:
    """Return the published model."""
    return endpoint.send("GET", f"{BASE}/model").content


def answer_of(endpoint: Endpoint) -> bytes:
    """Return what the loop answers to one and the same question."""
    context = [{"user": "a"}, {"hour": 3}]
    return endpoint.rank(
        {"contextFeatures": context, "actions": ARTICLES, "eventId": "same"}
    ).content


def random_policy(rng: np.random.Generator) -> str:
    """Return words of which most are options a policy may have, and some are not."""
    options = list(POLICY_OPTIONS)
    words = ["--cb_explore_adf"] if rng.random() < 0.9 else []
    for _ in range(int(rng.integers(1, 6))):
        words.append(str(rng.choice(options)))
        if rng.random() < 0.6:
            words.append(str(rng.choice(VALUES)))
        if rng.random() < 0.15:
            words.append(str(rng.choice(HOSTILE)))
    return " ".join(words)


@pytest.mark.slow
def test_random_policies_are_taken_or_refused(taught: Endpoint) -> None:
    """A thousand of them; a refused one changes neither the policy nor the model."""
    rng = np.random.default_rng(1)
    path, statuses = f"{BASE}/configurations/policy", Counter[int]()
    for _ in range(POLICIES):
        before = (model_of(taught), taught.send("GET", path).content)
        reply = taught.send("PUT", path, {"name": "p", "arguments": random_policy(rng)})
        statuses[reply.status_code] += 1
        if reply.status_code != 200:
            assert (model_of(taught), taught.send("GET", path).content) == before
        assert taught.rank({"actions": ARTICLES}).status_code == 201
    taught.send("DELETE", path)

    assert set(statuses) == {200, 400, 403}  # 403: several slots do not go with auto-optimization
    assert min(statuses[200], statuses[400]) > 10  # both kinds were among them
    assert model_of(taught)


def mutated(model: bytes, rng: np.random.Generator) -> bytes:
    """Return a model with some bytes changed, cut, doubled or swapped for noise."""
    content = bytearray(model)
    for _ in range(int(rng.integers(1, 9))):
        index = int(rng.integers(len(content)))
        content[index] = int(rng.integers(256))
    kind = rng.integers(4)
    if kind == 0:
        content = content[: int(rng.integers(len(content)))]
    if kind == 1:
        index = int(rng.integers(len(content)))
        content[index:index] = rng.bytes(int(rng.integers(1, 64)))
    return bytes(content)


@pytest.mark.slow
def test_mutated_models_are_taken_or_refused(taught: Endpoint, signer: Signer) -> None:
    """Two hundred, properly signed; a refused one leaves model and answers as they were."""
    rng = np.random.default_rng(2)
    good = model_of(taught)
    statuses = Counter[int]()
    for _ in range(MODELS):
        before = (model_of(taught), answer_of(taught))
        reply = taught.send("PUT", f"{BASE}/model", content=signer.sign(mutated(good, rng)))
        statuses[reply.status_code] += 1
        if reply.status_code == 400:
            assert (model_of(taught), answer_of(taught)) == before
        probabilities = [line["probability"] for line in json.loads(answer_of(taught))["ranking"]]
        assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert taught.send("PUT", f"{BASE}/model", content=signer.sign(good)).status_code == 204

    assert set(statuses) <= {204, 400}
    assert statuses[400] > 50


def test_zip_files_of_every_wrong_kind_are_refused(taught: Endpoint, signer: Signer) -> None:
    """Missing members, further ones, doubled ones, broken ones, and one that unfolds."""
    before = (model_of(taught), answer_of(taught))
    good = signer.sign(before[0])
    members = zipfile.ZipFile(io.BytesIO(good))
    contents = {name: members.read(name) for name in members.namelist()}
    wrong = [
        b"",
        good[:-30],
        good[:60] + b"\xff" * 60 + good[120:],
        zipped({**contents, "more": b"x"}),
        zipped({MODEL: contents[MODEL]}),
        zipped({**contents, CERTIFICATE: b"x"}),
        zipped({**contents, SIGNATURE: b""}),
        zipped({**contents, MODEL: b"\0" * (600 << 20)}),
    ]
    for content in wrong:
        reply = taught.send("PUT", f"{BASE}/model", content=content)

        assert reply.status_code == 400
    assert (model_of(taught), answer_of(taught)) == before


def zipped(members: dict[str, bytes]) -> bytes:
    """Return some members as a zip file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


GOOD: dict[str, dict[str, object]] = {
    "/rank": {"actions": ARTICLES, "contextFeatures": [{"user": "a"}], "eventId": "e"},
    "/events/e/reward": {"value": 0.5},
    "/multislot/rank": {"actions": ARTICLES, "slots": [{"id": "s", "baselineAction": "music"}]},
    "/multislot/events/e/reward": {"reward": [{"slotId": "s", "value": 0.5}]},
    "/configurations/applyFromEvaluation": {"evaluationId": "e", "policyName": "online"},
}
NASTY = [
    "null", "1e400", "-1e308", "NaN", '""', "[]", "{}", '"\\ud800"', "true", "[[[[]]]]",
    '{"_label":1}', '{"_multi":[]}', "1" * 400, '"' + "x" * 300 + '"',
]  # fmt: skip


def mutated_text(text: str, rng: np.random.Generator) -> bytes:
    """Return JSON with a value replaced by a nasty one, or with bytes changed."""
    if rng.random() < 0.5:
        indices = [n for n, letter in enumerate(text) if letter in ":,["]
        index = int(rng.choice(indices)) + 1
        end = index + int(rng.integers(0, 12))
        return f"{text[:index]}{rng.choice(NASTY)}{text[end:]}".encode()
    content = bytearray(text.encode())
    for _ in range(int(rng.integers(1, 6))):
        content[int(rng.integers(len(content)))] = int(rng.integers(256))
    return bytes(content)


def test_mutated_bodies_are_answered() -> None:
    """A thousand, by a server in a process of its own: never a 5xx, and it is still there."""
    rng = np.random.default_rng(3)
    statuses = Counter[int]()
    with served_by_command() as endpoint:
        for number in range(BODIES):
            path, body = list(GOOD.items())[number % len(GOOD)]
            content = mutated_text(json.dumps(body), rng)
            statuses[endpoint.post(f"{BASE}{path}", content=content).status_code] += 1
        ranking = endpoint.rank({"actions": ARTICLES}).json()["ranking"]

    assert set(statuses) <= {201, 204, 400, 404}
    assert statuses[400] > 500
    assert sum(line["probability"] for line in ranking) == pytest.approx(1, abs=1e-5)


def test_one_poisoned_event_does_not_reach_other_users(taught: Endpoint) -> None:
    """Neither features of 1e38 nor a reward outside the range."""
    before = json.loads(answer_of(taught))["ranking"]
    poison = {
        "contextFeatures": [{"x": 1e38}, {"y": -1e308}, {"ns": {"z": [1e38, 1e38]}}],
        "actions": [{"id": a["id"], "features": [{"w": 1e38}]} for a in ARTICLES],
        "eventId": "poison",
    }
    ranked = taught.rank(poison)
    refused = taught.post(f"{BASE}/events/poison/reward", {"value": 1e38})
    rewarded = taught.post(f"{BASE}/events/poison/reward", {"value": 1})
    after = json.loads(answer_of(taught))["ranking"]

    assert (ranked.status_code, refused.status_code, rewarded.status_code) == (201, 400, 204)
    assert sum(line["probability"] for line in ranked.json()["ranking"]) == pytest.approx(1)
    assert [line["id"] for line in after] == [line["id"] for line in before]
    for one, other in zip(before, after, strict=True):
        assert one["probability"] == pytest.approx(other["probability"], abs=0.02)
