"""Thirty kills of a server that is doing everything: nothing acknowledged is lost or doubled."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import sleep

import httpx2
import pytest

from mock_service.build import build_service
from mock_service.clock import SystemClock
from mock_service.dsjson.event import as_decision
from mock_service.evaluation.job import JobKind
from mock_service.loop.training import TrainingReward
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings, Settings
from mock_service.storage.event_log import read_stored_log
from tests.helpers.actor import Actor, Send
from tests.helpers.evaluation_client import ALWAYS, answered, newest, question
from tests.helpers.servers import ARTICLES, ROOT, Endpoint, exports_of

KILLS = 30
BASE = "/personalizer/v1.1-preview.3"
NEITHER = -1


class Visitors:
    """Rank and reward, and know which of both were acknowledged."""

    def __init__(self, name: str, key: str) -> None:
        self._name, self._headers, self._number = name, {"Ocp-Apim-Subscription-Key": key}, 0
        self.events: list[str] = []
        self.rewards: Counter[tuple[str, float]] = Counter()

    def act(self, send: Send) -> None:
        """Rank once and reward it once."""
        self._number += 1
        event_id, value = f"{self._name}-{self._number}", self._number % 3 / 2
        body = {"actions": ARTICLES, "eventId": event_id, "contextFeatures": [{"n": 1}]}
        reply = send("POST", f"{BASE}/rank", json=body, headers=self._headers)
        assert reply.status_code == 201, reply.text
        self.events.append(event_id)
        url = f"{BASE}/events/{event_id}/reward"
        reply = send("POST", url, json={"value": value}, headers=self._headers)
        assert reply.status_code == 204, reply.text
        self.rewards[event_id, value] += 1


class Choice:
    """Sets one of several values; what it then is, is the last one or that under way."""

    def __init__(self, *set_to: Callable[[Send], httpx2.Response]) -> None:
        self._set_to, self._next, self.done = set_to, 0, 0
        self.possible: set[int] = {0}

    def act(self, send: Send) -> None:
        """Set the next value."""
        self._next = (self._next + 1) % len(self._set_to)
        self.possible.add(self._next)
        reply = self._set_to[self._next](send)
        assert reply.status_code in {200, 204}, reply.text
        self.possible, self.done = {self._next}, self.done + 1
        sleep(0.05)

    def check(self, found: int) -> None:
        """See whether `found` may be, and that nothing else is from now on."""
        assert found in self.possible
        self.possible = {found}


class Lab:
    """A server's loops, who does what to each, and what must be true whenever it starts."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.key = endpoint.key
        self.keys = {}
        for name in ("set", "taken"):
            made = endpoint.post("/mock/loops", {"name": name}).json()
            self.keys[name] = made["key1"]
        self.visitors = [Visitors(f"v{n}", self.key) for n in range(2)]
        rounds = (self._snapshot(endpoint, 3), self._snapshot(endpoint, 8))
        self.taken = Choice(*(self._sender("POST", "taken", "/mock/restore", c) for c in rounds))
        self.taken.possible = {1}
        self.policies = ("--cb_explore_adf --cb_type ips", "--cb_explore_adf --cb_type mtr")
        bodies = [{"name": "", "arguments": policy} for policy in self.policies]
        path = f"{BASE}/configurations/policy"
        self.policy = Choice(*(self._sender("PUT", "set", path, body) for body in bodies))
        path = f"/loops/set{BASE}/configurations/service"
        settings = endpoint_of(endpoint, self.keys["set"]).send("GET", path).json()
        self.waits = ("PT5M", "PT7M")
        path, bodies = (
            path.removeprefix("/loops/set"),
            [settings | {"rewardWaitTime": wait} for wait in self.waits],
        )
        self.wait = Choice(*(self._sender("PUT", "set", path, body) for body in bodies))
        self.policy.possible = self.wait.possible = {NEITHER}
        signed = endpoint.send("GET", f"{BASE}/model?signed=true").content
        self.imported = Choice(self._sender("PUT", "taken", f"{BASE}/model", signed))
        self.loops: set[str] = set()
        self.removed: set[str] = set()
        self.asked: list[str] = []
        self.made = 0

    def _sender(
        self, method: str, loop: str, path: str, body: object
    ) -> Callable[[Send], httpx2.Response]:
        headers = {"Ocp-Apim-Subscription-Key": self.keys[loop]}
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return lambda send: send(method, f"/loops/{loop}{path}", headers=headers, **content)

    def _snapshot(self, endpoint: Endpoint, events: int) -> bytes:
        headers = {"Ocp-Apim-Subscription-Key": self.keys["taken"]}
        with httpx2.Client(base_url=f"{endpoint.url}/loops/taken", headers=headers) as client:
            for number in range(events):
                body = {"actions": ARTICLES, "eventId": f"{events}-{number}"}
                client.post(f"{BASE}/rank", json=body)
                client.post(f"{BASE}/events/{events}-{number}/reward", json={"value": 1})
            return client.post("/mock/snapshot").content

    def make_loop(self, send: Send) -> None:
        """Make a loop, and remove the one before; ask for an evaluation now and then."""
        headers = {"Ocp-Apim-Subscription-Key": self.key}
        self.made += 1
        name = f"loop-{self.made}"
        reply = send("POST", "/mock/loops", json={"name": name}, headers=headers)
        assert reply.status_code == 201, reply.text
        self.loops.add(name)
        if len(self.loops) > 1:
            oldest = min(self.loops, key=lambda one: int(one.split("-")[1]))
            self.loops.discard(oldest)
            reply = send("DELETE", f"/mock/loops/{oldest}", headers=headers)
            assert reply.status_code == 204, reply.text
            self.removed.add(oldest)
        if self.made % 8 == 4:
            path = newest("evaluations", f"ask-{self.made}")
            reply = send("PUT", path, json=question(), headers=headers)
            assert reply.status_code == 200, reply.text
            self.asked.append(f"ask-{self.made}")
        sleep(0.1)

    def actors(self, endpoint: Endpoint) -> list[Actor]:
        """Return all who are at work."""
        choices = (self.taken, self.policy, self.wait, self.imported)
        acts = [*(one.act for one in self.visitors), *(one.act for one in choices)]
        return [Actor(endpoint, act) for act in (*acts, self.make_loop)]

    def wait_for_progress(self, kill: int) -> None:
        """Return once there is something to lose; now and then it is the end of a longer task."""
        longer = {1: self.taken, 3: self.policy, 5: self.imported}.get(kill % 6)
        events, done = self._events, 0 if longer is None else longer.done
        for _ in range(2_000):
            if self._events >= events + 12 and (longer is None or longer.done > done):
                return
            sleep(0.01)

    @property
    def _events(self) -> int:
        return sum(len(one.events) for one in self.visitors)

    def check(self, endpoint: Endpoint) -> None:
        """See that what was acknowledged is there, and nothing but what may be."""
        names = {loop["name"] for loop in endpoint.send("GET", "/mock/loops").json()["value"]}
        assert self.loops | {"default", "set", "taken"} <= names
        assert not self.removed & names
        with httpx2.Client(base_url=endpoint.url) as client:
            look = {name: {"Ocp-Apim-Subscription-Key": key} for name, key in self.keys.items()}
            settings = client.get(f"/loops/set{BASE}/configurations/service", headers=look["set"])
            policy = client.get(f"/loops/set{BASE}/configurations/policy", headers=look["set"])
            report = client.get("/loops/taken/mock/learning", headers=look["taken"]).json()
        self.wait.check(_index(self.waits, settings.json()["rewardWaitTime"]))
        self.policy.check(_index(self.policies, policy.json()["arguments"].split(" --epsilon")[0]))
        self.taken.check({3: 0, 11: 1}[report["decisions"]])


def _index(values: tuple[str, ...], value: str) -> int:
    return values.index(value) if value in values else NEITHER


def endpoint_of(endpoint: Endpoint, key: str) -> Endpoint:
    """Return the same server for another key."""
    return Endpoint(endpoint.url, key)


@pytest.mark.slow
def test_thirty_kills_amid_everything_lose_and_double_nothing(tmp_path: Path) -> None:
    """Every start succeeds and complains of nothing, and a replay learns the same model."""
    folder, said = tmp_path / "data", tmp_path / "stderr"
    lab: Lab | None = None
    for kill in range(KILLS):
        with said.open("a") as errors:
            process, endpoint = _start(folder, errors)
            try:
                lab = lab or Lab(endpoint)
                lab.check(endpoint)
                actors = lab.actors(endpoint)
                for actor in actors:
                    actor.start()
                lab.wait_for_progress(kill)
                sleep(kill % 7 / 7)
            finally:
                process.send_signal(signal.SIGKILL)
                process.communicate()
            for actor in actors:
                actor.join()
                assert actor.failure is None, actor.failure

    assert lab is not None
    found = _answer_in_the_end(folder, lab)
    later = SystemClock().now() + timedelta(hours=1)
    service = build_service(Settings(data_folder=folder, manual_clock_from=later))
    service.housekeeping.settle()
    service.flush()
    number, query = service.default.number, service.queue.query
    events = Counter(query("SELECT event_id FROM events WHERE loop = ?", (number,)))
    observations = "SELECT event_id, reward FROM observations WHERE loop = ?"
    rewards = Counter(query(observations, (number,)).fetchall())
    trained_events = (
        "SELECT lesson FROM events WHERE loop = ? AND lesson IS NOT NULL ORDER BY settled"
    )
    learned = [row[0] for row in query(trained_events, (number,))]
    asked = {entry.inquiry.id for entry in service.jobs.all(number, JobKind.EVALUATION)}
    model = service.default.loop.model()
    service.close()
    acknowledged = [event for one in lab.visitors for event in one.events]
    told = sum((one.rewards for one in lab.visitors), Counter())
    sys.stdout.write(
        f"{KILLS} kills: {len(acknowledged)} ranks and {told.total()} rewards acknowledged, "
        f"{events.total()} and {rewards.total()} kept; "
        f"{lab.taken.done} restores, {lab.policy.done} policies, {lab.wait.done} configurations, "
        f"{lab.imported.done} models, {lab.made} loops, {len(lab.asked)} evaluations\n"
    )
    assert len(acknowledged) >= 12 * KILLS
    assert min(one.done for one in (lab.taken, lab.policy, lab.wait, lab.imported)) > 0
    assert {(event,) for event in acknowledged} <= events.keys()
    assert set(events.values()) == {1}
    assert told <= rewards
    assert set(rewards.values()) == {1}
    assert learned == list(range(1, len(learned) + 1))
    assert len(learned) == events.total()
    assert set(lab.asked) <= asked
    assert found == "Succeeded"
    assert model == _replay(folder)
    assert "Traceback" not in said.read_text()
    assert "write-ahead" not in said.read_text()


def _answer_in_the_end(folder: Path, lab: Lab) -> str:
    """Start once more, and return how the evaluation ended that was asked for first."""
    process, endpoint = _start(folder, subprocess.DEVNULL)
    lab.check(endpoint)
    found = answered(endpoint, newest("evaluations", lab.asked[0], **ALWAYS))
    process.send_signal(signal.SIGTERM)
    process.communicate()
    return str(found["status"])


def _start(folder: Path, errors: object) -> tuple[subprocess.Popen[str], Endpoint]:
    command = [sys.executable, "-m", "mock_service", "serve", "--port", "0"]
    process = subprocess.Popen(  # type: ignore[call-overload]  # a file is a file
        [*command, "--data-dir", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    return process, exports_of(process)


def _replay(folder: Path) -> bytes:
    """Return the model of a new loop that learned the folder's log."""
    loop = build_loop(LoopSettings(), SystemClock())
    for event in read_stored_log(folder, "default"):
        observations = [observation.value for observation in event.observations]
        loop.import_event(
            as_decision(event), observations, TrainingReward(event.reward, event.reward)
        )
    loop.publish()
    return loop.model()
