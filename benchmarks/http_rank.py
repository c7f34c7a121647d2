"""HTTP rank against a bare FastAPI route that validates the same body."""

from in_process import spread
from load import Connections, post, process
from news import ACTIONS, contexts

ROUNDS = 9
REQUESTS = 1500


def measure() -> dict[str, tuple[float, float]]:
    """Return medians of requests per second, interleaved, and their ratio, with spreads."""
    requests = [
        post(
            "/personalizer/v1.0/rank",
            {"contextFeatures": context, "actions": ACTIONS, "eventId": f"event-{number}"},
        )
        for number, context in enumerate(contexts(REQUESTS))
    ]
    warm_up = [_reward(number) for number in range(200)]
    with (
        process("-m", "mock_service", "serve", "--port", "5471", port=5471) as ours,
        process("benchmarks/bare.py", "5472", port=5472) as bare,
    ):
        lab, limit = Connections(ours), Connections(bare)
        lab.seconds_for(requests[:200])
        lab.seconds_for(warm_up)
        limit.seconds_for(requests[:200])
        pairs = [(lab.seconds_for(requests), limit.seconds_for(requests)) for _ in range(ROUNDS)]
        lab.close()
        limit.close()
    return {
        "rank over HTTP, requests/s": spread([REQUESTS / ours for ours, _ in pairs]),
        "bare FastAPI route, requests/s": spread([REQUESTS / bare for _, bare in pairs]),
        "ratio to the bare route (wanted: 0.7)": spread([bare / ours for ours, bare in pairs]),
    }


def _reward(number: int) -> bytes:
    return post(f"/personalizer/v1.0/events/event-{number}/reward", {"value": number % 2})
