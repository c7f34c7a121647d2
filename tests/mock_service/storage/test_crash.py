"""A server that dies, or whose disk is full, never loses what it acknowledged."""

import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import sleep

import httpx2
import pytest

from mock_service.build import build_service
from mock_service.clock import SystemClock
from mock_service.dsjson.event import as_decision
from mock_service.loop.configuration import Mode
from mock_service.loop.training import TrainingReward
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings, Settings
from mock_service.storage.event_log import read_stored_log
from tests.helpers.servers import ARTICLES, ROOT, Endpoint, exports_of

CLIENTS = 4
CRASHES = 20


class Client(threading.Thread):
    """Ranks and rewards until the server is gone, and remembers what was acknowledged."""

    def __init__(self, endpoint: Endpoint, name: str) -> None:
        super().__init__()
        self._endpoint, self._name = endpoint, name
        self.events: list[str] = []
        self.rewards: list[str] = []

    def run(self) -> None:
        """Go on until nobody answers."""
        headers = {"Ocp-Apim-Subscription-Key": self._endpoint.key}
        base = f"{self._endpoint.url}/personalizer/v1.0"
        with httpx2.Client(headers=headers) as client:
            try:
                for number in range(100_000):
                    event_id = f"{self._name}-{number}"
                    body = {"actions": ARTICLES, "eventId": event_id, "contextFeatures": [{"n": 1}]}
                    if client.post(f"{base}/rank", json=body).status_code == 201:
                        self.events.append(event_id)
                    url = f"{base}/events/{event_id}/reward"
                    if client.post(url, json={"value": number % 2}).status_code == 204:
                        self.rewards.append(event_id)
            except httpx2.TransportError:
                return


@contextmanager
def server(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Endpoint]]:
    """Serve from a folder in a process of its own, until the block ends or it is killed."""
    command = [sys.executable, "-m", "mock_service", "serve", "--port", "0", *options]
    with subprocess.Popen(
        [*command, "--data-dir", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process, exports_of(process)
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("mode", Mode)
def test_twenty_crashes_under_load_lose_nothing_that_was_acknowledged(
    tmp_path: Path, mode: Mode
) -> None:
    """Every event and reward is there, none is learned twice, and a replay gives the same model."""
    events: list[str] = []
    rewards: list[str] = []
    for crash in range(CRASHES // len(Mode)):
        with server(tmp_path, "--mode", mode) as (process, endpoint):
            clients = [Client(endpoint, f"{crash}-{number}") for number in range(CLIENTS)]
            for client in clients:
                client.start()
            sleep(0.3 + crash % 4 / 10)
            process.send_signal(signal.SIGKILL)
            for client in clients:
                client.join()
                events += client.events
                rewards += client.rewards

    later = SystemClock().now() + timedelta(hours=1)
    service = build_service(Settings(data_folder=tmp_path, manual_clock_from=later))
    service.housekeeping.settle()
    service.flush()
    query = service.queue.query
    kept_events = {row[0] for row in query("SELECT event_id FROM events")}
    kept_rewards = {row[0] for row in query("SELECT event_id FROM observations")}
    trained_events = [row[0] for row in query("SELECT lesson FROM events WHERE lesson IS NOT NULL")]
    model = service.default.loop.model()
    service.close()

    assert len(events) > 100
    assert set(events) <= kept_events
    assert set(rewards) <= kept_rewards
    assert sorted(trained_events) == list(range(1, len(trained_events) + 1))
    assert len(trained_events) == len(kept_events)
    assert model == _replayed(tmp_path, mode)


def test_a_full_disk_is_answered_500_and_forgotten_when_there_is_room_again(
    tmp_path: Path,
) -> None:
    """The refused reward changes nothing, what was acknowledged stays, and the next one counts."""
    with server(tmp_path) as (process, endpoint):
        endpoint.rank({"actions": ARTICLES, "eventId": "e"})
        _limit_files(process, 4096)
        refused = [
            endpoint.post("/personalizer/v1.0/events/e/reward", {"value": 1}) for _ in range(3)
        ]
        _limit_files(process, resource.RLIM_INFINITY)
        accepted = endpoint.post("/personalizer/v1.0/events/e/reward", {"value": 0.5})
        process.kill()

    service = build_service(Settings(data_folder=tmp_path))
    assert [reply.status_code for reply in refused] == [500, 500, 500]
    assert "could not be stored" in refused[0].json()["error"]["message"]
    assert accepted.status_code == 204
    assert service.default.loop.stats.rewards == 1
    assert list(service.default.loop.stats.recent) == [0.5]


def _limit_files(process: subprocess.Popen[str], size: int) -> None:
    """Let the process write no file beyond a size: to it the disk is full."""
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))


def _replayed(folder: Path, mode: Mode) -> bytes:
    """Return the model of a new loop that learned the folder's log."""
    loop = build_loop(LoopSettings(mode), SystemClock())
    for event in read_stored_log(folder, "default"):
        observations = [observation.value for observation in event.observations]
        loop.import_event(
            as_decision(event), observations, TrainingReward(event.reward, event.reward)
        )
    loop.publish()
    return loop.model()
