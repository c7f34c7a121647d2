"""Models leave and enter: plain Vowpal Wabbit reads ours, and we read its, once signed."""

import io
import json
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from vowpalwabbit import pyvw

from mock_service.loop.configuration import Configuration, Mode
from mock_service.settings import LoopSettings, Settings
from mock_service.vowpal.presets import PRESETS
from mock_service.vowpal.sandbox import validate_policy
from tests.helpers.command_line import command
from tests.helpers.servers import ARTICLES, Endpoint, served
from tests.mock_service.rest.test_multislot import PAGES

BASE = "/personalizer/v1.1-preview.3"
USERS = "aabb"
CONTEXTS = [
    [{"user": user}, {"hour": hour}] for user, hour in zip(USERS, (3, 20, 3, 20), strict=True)
]
EVENTS = 60


def teach(endpoint: Endpoint) -> None:
    """Let a loop learn that each user likes an article."""
    for number in range(EVENTS):
        context = CONTEXTS[number % len(CONTEXTS)]
        event = {"contextFeatures": context, "actions": ARTICLES, "eventId": f"e{number}"}
        chosen = endpoint.rank(event).json()["rewardActionId"]
        liked = {"a": "sports", "b": "music"}[USERS[number % len(CONTEXTS)]]
        endpoint.post(
            f"/personalizer/v1.0/events/e{number}/reward", {"value": float(chosen == liked)}
        )


def probabilities(endpoint: Endpoint, context: object) -> dict[str, float]:
    """Return each article's probability."""
    body = {"contextFeatures": context, "actions": ARTICLES}
    return {line["id"]: line["probability"] for line in endpoint.rank(body).json()["ranking"]}


def plain_document(context: object, label: Mapping[str, object] | None = None) -> str:
    """Return a decision over the articles as Vowpal Wabbit's own JSON."""
    actions = [{"j": article["features"]} for article in ARTICLES]
    return json.dumps({**(label or {}), "FromUrl": context, "_multi": actions})


def plain_probabilities(workspace: pyvw.Workspace, context: object) -> dict[str, float]:
    """Return each article's probability in plain Vowpal Wabbit."""
    examples = workspace.parse(plain_document(context))
    answer = workspace.predict(examples)
    workspace.finish_example(examples)
    return {
        str(article["id"]): probability
        for article, probability in zip(ARTICLES, answer, strict=True)
    }


@pytest.mark.parametrize("preset", PRESETS)
def test_an_exported_model_gives_the_same_probabilities_in_plain_vowpal_wabbit(
    preset: str, tmp_path: Path
) -> None:
    """For every preset; options that a model file does not carry are given again."""
    with served(Settings(loop=LoopSettings(policy=preset))) as endpoint:
        teach(endpoint)
        model = endpoint.send("GET", "/personalizer/v1.0/model").content
        ours = [probabilities(endpoint, context) for context in CONTEXTS]
    path = tmp_path / "model.vw"
    path.write_bytes(model)
    plain = pyvw.Workspace(f"{PRESETS[preset].arguments} --json --quiet -i {path}")

    for context, answer in zip(CONTEXTS, ours, strict=True):
        assert answer == pytest.approx(plain_probabilities(plain, context), abs=1e-6)


def test_a_model_of_plain_vowpal_wabbit_is_signed_and_imported(tmp_path: Path) -> None:
    """By ``personalizer-lab model sign``, and it answers as it did there."""
    plain = pyvw.Workspace(f"{PRESETS['quick'].arguments} --json --quiet")
    for number in range(EVENTS):
        label = {
            "_label_cost": -float(number % 3 == 1),
            "_label_probability": 1 / 3,
            "_label_Action": number % 3 + 1,
            "_labelIndex": number % 3,
        }
        examples = plain.parse(plain_document(CONTEXTS[number % 4], label))
        plain.learn(examples)
        plain.finish_example(examples)
    model, signed = tmp_path / "model.vw", tmp_path / "model.vw.zip"
    plain.save(model)
    folder = tmp_path / "signer"
    ended = command("model", "sign", str(model), "--out", str(signed), "--folder", str(folder))
    assert (ended.code, ended.out) == (0, f"{signed}\n"), ended.err

    with served(Settings(signer_folder=folder)) as endpoint:
        reply = endpoint.send("PUT", f"{BASE}/model", content=signed.read_bytes())
        answers = [probabilities(endpoint, context) for context in CONTEXTS]

    assert reply.status_code == 204
    for context, answer in zip(CONTEXTS, answers, strict=True):
        assert answer == pytest.approx(plain_probabilities(plain, context), abs=1e-6)
        assert max(answer, key=answer.__getitem__) == "sports"


def test_a_signer_must_be_trusted(tmp_path: Path) -> None:
    """A model of another machine is refused, until its signer's certificate is trusted."""
    with served() as other:
        teach(other)
        signed = other.send("GET", f"{BASE}/model?signed=true").content
    certificate = zipfile.ZipFile(io.BytesIO(signed)).read("signer.der")

    for trusted, status in (((), 400), ((certificate,), 204)):
        settings = Settings(signer_folder=tmp_path, trusted_signers=trusted)
        with served(settings) as endpoint:
            reply = endpoint.send("PUT", f"{BASE}/model", content=signed)

            assert reply.status_code == status
            if status == 400:
                assert reply.json()["error"]["code"] == "InvalidModelImportSignature"


def test_raw_bytes_are_refused_with_the_recorded_body() -> None:
    """To the byte."""
    with served() as endpoint:
        reply = endpoint.send("PUT", f"{BASE}/model", content=b"\x01\x02\x03")

    assert reply.status_code == 400
    assert reply.content == (
        b'{"error":{"code":"invalidModelImportFormat","message":"Input is not a valid zip file."}}'
    )


def test_another_model_under_a_good_signature_is_refused() -> None:
    """The signature is of the model's own bytes."""
    with served() as endpoint:
        teach(endpoint)
        signed = endpoint.send("GET", f"{BASE}/model?signed=true").content
        members = zipfile.ZipFile(io.BytesIO(signed))
        forged = io.BytesIO()
        with zipfile.ZipFile(forged, "w") as archive:
            archive.writestr("model.vw", members.read("model.vw") + b"\0")
            for name in ("signer.der", "sha512_signature.bin"):
                archive.writestr(name, members.read(name))
        reply = endpoint.send("PUT", f"{BASE}/model", content=forged.getvalue())

    assert [member.file_size for member in members.infolist()][2] == 256
    assert (reply.status_code, reply.json()["error"]["code"]) == (
        400,
        "InvalidModelImportSignature",
    )


def test_a_multi_slot_model_leaves_and_enters_too() -> None:
    """With the answers it had."""
    slots = [{"id": "s", "baselineAction": "politics"}, {"id": "t", "baselineAction": "music"}]
    body = {"actions": ARTICLES, "slots": slots}
    with served(PAGES) as endpoint:
        for number in range(20):
            event = f"e{number}"
            endpoint.post(f"{BASE}/multislot/rank", {**body, "eventId": event})
            rewards = [{"slotId": "s", "value": number % 2}]
            endpoint.post(f"{BASE}/multislot/events/{event}/reward", {"reward": rewards})
        signed = endpoint.send("GET", f"{BASE}/model?signed=true").content
        before = [
            endpoint.post(f"{BASE}/multislot/rank", {**body, "eventId": f"f{n}"}).content
            for n in range(10)
        ]
        endpoint.send("DELETE", f"{BASE}/model")
        put = endpoint.send("PUT", f"{BASE}/model", content=signed)
        after = [
            endpoint.post(f"{BASE}/multislot/rank", {**body, "eventId": f"f{n}"}).content
            for n in range(10)
        ]

    assert put.status_code == 204
    assert before == after


def test_a_model_is_tried_under_the_policy_that_it_will_have() -> None:
    """Though that comes while the model is tried under another."""
    other = {"name": "p", "arguments": "--cb_explore_adf --epsilon 0.2"}
    with served() as endpoint, ThreadPoolExecutor() as threads:
        teach(endpoint)
        signed = endpoint.send("GET", f"{BASE}/model?signed=true").content
        validate_policy(other["arguments"])  # known from then on, and changed in no time
        importing = threads.submit(endpoint.send, "PUT", f"{BASE}/model", content=signed)
        sleep(0.1)
        changed = endpoint.send("PUT", f"{BASE}/configurations/policy", other)
        reply = importing.result()

    assert changed.status_code == 200
    assert reply.status_code == 400
    assert "crosses features that the loop's learning policy" in reply.json()["error"]["message"]


def test_the_published_model_is_what_leaves_in_azure_mode() -> None:
    """Nothing before the first export."""
    settings = Settings(loop=LoopSettings(Mode.AZURE, configuration=Configuration()))
    with served(settings) as endpoint:
        teach(endpoint)

        assert endpoint.send("GET", f"{BASE}/model").content == b""


def test_show_says_what_a_model_is(tmp_path: Path) -> None:
    """As lines or as JSON, plain or signed; anything else is one line and exit code 2."""
    with served() as endpoint:
        teach(endpoint)
        plain = endpoint.send("GET", f"{BASE}/model").content
        signed = endpoint.send("GET", f"{BASE}/model?signed=true").content
    files = [tmp_path / "model.vw", tmp_path / "model.vw.zip", tmp_path / "text"]
    for file, content in zip(files, (plain, signed, b"text"), strict=True):
        file.write_bytes(content)
    shown = [json.loads(command("model", "show", "--json", str(file)).out) for file in files[:2]]
    refused = command("model", "show", str(files[2]))

    assert [facts["signed"] for facts in shown] == [False, True]
    assert shown[0]["digest"] == shown[1]["digest"]
    assert "bits: 18\n" in command("model", "show", str(files[0])).out
    assert (refused.code, refused.err.count("\n")) == (2, 1)
