"""Moving time over HTTP."""

from datetime import UTC, datetime

import httpx2
import pytest

from mock_service.loop.configuration import Mode
from mock_service.settings import LoopSettings, Settings
from tests.serving import ARTICLES, Endpoint, served

MANUAL = Settings(
    loop=LoopSettings(Mode.AZURE), manual_clock_from=datetime(2026, 1, 1, 12, tzinfo=UTC)
)


def get(endpoint: Endpoint, path: str) -> dict[str, object]:
    """Return what a path of the control plane says."""
    headers = {"Ocp-Apim-Subscription-Key": endpoint.key}
    body: dict[str, object] = httpx2.get(endpoint.url + path, headers=headers).json()
    return body


def test_a_manual_clock_moves_when_told_and_the_loop_with_it() -> None:
    """A reward is learned when the wait is over, and seen after the export."""
    with served(MANUAL) as endpoint:
        endpoint.rank({"actions": ARTICLES, "eventId": "e"})
        endpoint.post("/personalizer/v1.0/events/e/reward", {"value": 1})
        before = get(endpoint, "/mock/learning")
        moved = endpoint.post("/mock/clock", {"advance": "PT10M"})
        after = get(endpoint, "/mock/learning")
        ranking = endpoint.rank({"actions": ARTICLES}).json()["ranking"]

    assert moved.json() == {"now": "2026-01-01T12:10:00Z", "clock": "manual"}
    assert (before["waiting"], before["trained"], before["modelVersion"]) == (1, 0, 0)
    assert (after["waiting"], after["trained"], after["modelVersion"]) == (0, 1, 1)
    assert max(line["probability"] for line in ranking) == pytest.approx(0.8667, abs=1e-3)


def test_the_machines_clock_is_not_moved(endpoint: Endpoint) -> None:
    """409, and a hint."""
    reply = endpoint.post("/mock/clock", {"advance": "PT10M"})

    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "ClockNotManual")
    assert "--clock manual" in reply.json()["error"]["message"]
    assert get(endpoint, "/mock/clock")["clock"] == "system"


@pytest.mark.parametrize("body", [{}, {"advance": "soon"}, {"advance": "-PT1M"}, {"step": "PT1M"}])
def test_a_step_that_is_none_is_refused(body: object) -> None:
    """Backwards, unreadable or missing: the clock stays."""
    with served(MANUAL) as endpoint:
        reply = endpoint.post("/mock/clock", body)

        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "BadRequest")
        assert get(endpoint, "/mock/clock")["now"] == "2026-01-01T12:00:00Z"
