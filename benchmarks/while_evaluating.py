"""How long ranks wait while an evaluation of 50,000 events runs, and without one."""

import json
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx2
from load import Sample, load
from news import NEWS, contexts
from requests_file import Traffic
from rows import Row, against, at_most
from rows import alone as row_alone
from serving import DURABLE, serving

from mock_service.build import build_service
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import DEVELOPMENT_KEY, Settings

EVENTS = 50_000
ROUNDS = 6
SECONDS = 1
CONNECTIONS = 2
EVALUATIONS = "/personalizer/v1.1-preview.3/evaluations"
QUESTION = {
    "name": "while serving",
    "startTime": "2020-01-01T00:00:00Z",
    "endTime": "2090-01-01T00:00:00Z",
    "policies": [],
    "enableOfflineExperimentation": True,
}


def measure() -> list[Row]:
    """Return 99th percentiles with and without an evaluation, and how long that took."""
    with TemporaryDirectory() as name:
        _fill(Path(name))
        with (
            serving(DURABLE, name) as port,
            httpx2.Client(
                base_url=f"http://127.0.0.1:{port}",
                headers={"Ocp-Apim-Subscription-Key": DEVELOPMENT_KEY},
            ) as client,
        ):
            _sample(port, "warm")
            quiet = [_sample(port, f"alone{turn}") for turn in range(ROUNDS)]
            location, began = _begin(client), perf_counter()
            beside = _beside(port, client, location)
            took = perf_counter() - began
    usual = median(one.p99 for one in quiet)
    pairs = [(one.p99, usual) for one in beside]
    about = f"rank beside an evaluation of {EVENTS:,} events: p99"
    return [
        against("the same without", about, "ms", pairs, at_most(2)),
        row_alone("that evaluation, with a search, under load", "s", [took]),
    ]


def _fill(folder: Path) -> None:
    """Let a loop live through as many events as are to be evaluated."""
    service = build_service(Settings(data_folder=folder))
    actions = tuple(Action(str(one["id"]), json.dumps(one["features"])) for one in NEWS.actions)
    loop = service.default.loop
    for number, context in enumerate(contexts(EVENTS)):
        event_id = f"e{number}"
        decision = loop.rank(RankRequest(event_id, json.dumps(context), actions))
        loop.reward(event_id, float(decision.order[0] == number % 2))
    service.close()


def _begin(client: httpx2.Client) -> str:
    return str(client.post(EVALUATIONS, json=QUESTION).raise_for_status().headers["location"])


def _is_pending(client: httpx2.Client, location: str) -> bool:
    return bool(client.get(location, timeout=60).json()["status"] == "pending")


def _beside(port: int, client: httpx2.Client, location: str) -> list[Sample]:
    """Measure while the evaluation runs; what was not under load from end to end is no sample."""
    samples: list[Sample] = []
    while _is_pending(client, location):
        samples.append(_sample(port, f"beside{len(samples)}"))
    return samples[:-1]


def _sample(port: int, prefix: str) -> Sample:
    return load(port, Traffic(rewarded=False, prefix=prefix, connections=CONNECTIONS), SECONDS)
