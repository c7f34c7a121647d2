"""How long ranks wait while an evaluation of 50,000 events runs, and without one."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx2
from http_rank import Sample
from in_process import spread
from load import Connections, post, process
from news import ACTIONS, contexts

from mock_service.build import build_service
from mock_service.loop.decision import Action, RankRequest
from mock_service.settings import DEVELOPMENT_KEY, Settings

EVENTS = 50_000
ROUNDS = 6
REQUESTS = 1000
CONNECTIONS = 2
PORT = 5473
SERVE = ("-m", "mock_service", "serve")
EVALUATIONS = "/personalizer/v1.1-preview.3/evaluations"
QUESTION = {
    "name": "while serving",
    "startTime": "2020-01-01T00:00:00Z",
    "endTime": "2090-01-01T00:00:00Z",
    "policies": [],
    "enableOfflineExperimentation": True,
}


def measure() -> dict[str, tuple[float, float]]:
    """Return 99th percentiles with and without an evaluation, and their ratio."""
    with TemporaryDirectory() as name:
        _fill(Path(name))
        with (
            process(*SERVE, "--data-dir", name, "--port", str(PORT), port=PORT),
            httpx2.Client(
                base_url=f"http://127.0.0.1:{PORT}",
                headers={"Ocp-Apim-Subscription-Key": DEVELOPMENT_KEY},
            ) as client,
        ):
            connections = Connections(PORT, CONNECTIONS)
            _sample(connections, "warm")
            alone = [_sample(connections, f"alone{turn}") for turn in range(ROUNDS)]
            location, began = _begin(client), perf_counter()
            beside = _beside(connections, client, location)
            took = perf_counter() - began
            connections.close()
    quiet = sorted(one.p99 for one in alone)[len(alone) // 2]
    return {
        "p99 of ranks alone, ms": spread([one.p99 * 1000 for one in alone]),
        "p99 of ranks while evaluating, ms": spread([one.p99 * 1000 for one in beside]),
        "while evaluating to alone (wanted: < 2)": spread([one.p99 / quiet for one in beside]),
        "ranks/s alone": spread([one.rate for one in alone]),
        "ranks/s while evaluating": spread([one.rate for one in beside]),
        f"evaluation with a search on {EVENTS:,} events, under load, s": (took, 0.0),
    }


def _fill(folder: Path) -> None:
    """Let a loop live through as many events as are to be evaluated."""
    service = build_service(Settings(data_folder=folder))
    actions = tuple(Action(one["id"], json.dumps(one["features"])) for one in ACTIONS)
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


def _beside(connections: Connections, client: httpx2.Client, location: str) -> list[Sample]:
    """Measure while the evaluation runs; what was not under load from end to end is no sample."""
    samples = []
    while _is_pending(client, location):
        samples.append(_sample(connections, f"beside{len(samples)}"))
    return samples[:-1]


def _sample(connections: Connections, prefix: str) -> Sample:
    return Sample.of(
        connections,
        [
            post(
                "/personalizer/v1.0/rank",
                {"contextFeatures": context, "actions": ACTIONS, "eventId": f"{prefix}-{number}"},
            )
            for number, context in enumerate(contexts(REQUESTS))
        ],
    )


def main() -> None:
    """Measure only this."""
    for name, (figure, around) in measure().items():
        print(f"{name}: {figure:,.2f} +/- {around:,.2f}")


if __name__ == "__main__":
    main()
