"""HTTP rank against a bare FastAPI route that validates the same body."""

from statistics import median

from load import Connections, post, process
from news import ACTIONS, contexts

ROUNDS = 9
REQUESTS = 1500


def measure() -> dict[str, float]:
    """Return the medians of requests per second, interleaved, and their ratio."""
    requests = [
        post(
            "/personalizer/v1.0/rank",
            {"contextFeatures": context, "actions": ACTIONS, "eventId": f"event-{number}"},
        )
        for number, context in enumerate(contexts(REQUESTS))
    ]
    warm_up = [_reward(number) for number in range(200)]
    with (
        process("-m", "mock_service", "--port", "5471", port=5471) as ours,
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
        "rank, requests/s": REQUESTS / median(ours for ours, _ in pairs),
        "bare route, requests/s": REQUESTS / median(bare for _, bare in pairs),
        "ratio (wanted: 0.7)": median(bare / ours for ours, bare in pairs),
    }


def _reward(number: int) -> bytes:
    return post(f"/personalizer/v1.0/events/event-{number}/reward", {"value": number % 2})


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name:<28}{figure:>12.2f}")
