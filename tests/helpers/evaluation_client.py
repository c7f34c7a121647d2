"""Asking a server about its log: events to ask about, and waiting for the answer."""

from time import monotonic, sleep
from typing import Any

from tests.helpers.servers import ARTICLES, Endpoint

NEWEST = "api-version=2022-09-01-preview"
OLD = "/personalizer/v1.1-preview.3"
ALWAYS = {"startTime": "2020-01-01T00:00:00Z", "endTime": "2090-01-01T00:00:00Z"}
"""A time that holds every event."""
QUICK = "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"
_PATIENCE_SECONDS = 120


def live_through(endpoint: Endpoint, count: int, *, prefix: str = "e") -> None:
    """Rank and reward `count` events; only one article ever earns anything."""
    for number in range(count):
        event_id = f"{prefix}{number}"
        context = [{"user": f"u{number % 3}"}]
        answer = endpoint.rank(
            {"actions": ARTICLES, "eventId": event_id, "contextFeatures": context}
        ).json()
        value = 1.0 if answer["rewardActionId"] == "sports" else 0.0
        endpoint.post(f"/personalizer/v1.0/events/{event_id}/reward", {"value": value})


def question(name: str = "which?", **more: object) -> dict[str, object]:
    """Return an evaluation to ask for, of all events and with no policy of one's own."""
    return {"name": name, **ALWAYS, "policies": [], **more}


def answered(endpoint: Endpoint, path: str) -> dict[str, Any]:
    """Return an evaluation or feature importance once it is not under way any more."""
    deadline = monotonic() + _PATIENCE_SECONDS
    while monotonic() < deadline:
        body: dict[str, Any] = endpoint.send("GET", path).json()
        if body["status"] not in {"pending", "Running"}:
            return body
        sleep(0.1)
    raise TimeoutError(path)


def newest(kind: str, id_: str = "", **query: str) -> str:
    """Return the path of one or all of a kind in 2022-09-01-preview."""
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/personalizer/{kind}{id_ and '/'}{id_}?{NEWEST}{more}"
