"""HTTP rank against a bare FastAPI route that validates the same body."""

from dataclasses import dataclass
from tempfile import TemporaryDirectory
from time import perf_counter

from in_process import spread
from load import Connections, post, process
from news import ACTIONS, contexts

ROUNDS = 9
REQUESTS = 1500
SERVE = ("-m", "mock_service", "serve")


def measure() -> dict[str, tuple[float, float]]:
    """Return medians of requests per second and 99th percentiles, interleaved, as ratios."""
    with (
        TemporaryDirectory() as folder,
        process(*SERVE, "--data-dir", folder, "--port", "5470", port=5470) as durable,
        process(*SERVE, "--in-memory", "--port", "5471", port=5471) as memory,
        process("benchmarks/bare.py", "5472", port=5472) as bare,
    ):
        connections = [Connections(port) for port in (durable, memory, bare)]
        for connection in connections:
            connection.seconds_for(_ranks(200, "warm"))
        for connection in connections[:2]:
            connection.seconds_for([_reward(number) for number in range(200)])
        rounds = [
            [Sample.of(connection, _ranks(REQUESTS, str(turn))) for connection in connections]
            for turn in range(ROUNDS)
        ]
        for connection in connections:
            connection.close()
    return {
        "rank over HTTP, durable, requests/s": spread([d.rate for d, _, _ in rounds]),
        "rank over HTTP, in memory, requests/s": spread([m.rate for _, m, _ in rounds]),
        "bare FastAPI route, requests/s": spread([b.rate for _, _, b in rounds]),
        "durable to bare (wanted: 0.7)": spread([d.rate / b.rate for d, _, b in rounds]),
        "in memory to bare (wanted: 0.7)": spread([m.rate / b.rate for _, m, b in rounds]),
        "p99 durable to bare (wanted: < 3)": spread([d.p99 / b.p99 for d, _, b in rounds]),
    }


@dataclass(frozen=True, slots=True)
class Sample:
    """What one round measured: requests a second, and the 99th percentile of their latency."""

    rate: float
    p99: float

    @classmethod
    def of(cls, connections: Connections, requests: list[bytes]) -> "Sample":
        """Send `requests` and measure."""
        began = perf_counter()
        latencies = sorted(connections.latencies_of(requests))
        rate = len(requests) / (perf_counter() - began)
        return cls(rate, latencies[int(len(latencies) * 0.99)])


def _ranks(count: int, prefix: str) -> list[bytes]:
    return [
        post(
            "/personalizer/v1.0/rank",
            {"contextFeatures": context, "actions": ACTIONS, "eventId": f"{prefix}-{number}"},
        )
        for number, context in enumerate(contexts(count))
    ]


def _reward(number: int) -> bytes:
    return post(f"/personalizer/v1.0/events/warm-{number}/reward", {"value": number % 2})
