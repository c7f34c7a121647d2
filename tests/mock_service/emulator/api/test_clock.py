"""Moving time over HTTP."""

from datetime import UTC, datetime, timedelta, timezone

import httpx2
import pytest

from mock_service.clock import EARLIEST, LATEST
from mock_service.errors import SettingsInvalid
from mock_service.loop.configuration import Mode
from mock_service.settings import LoopSettings, Settings
from personalizer_lab import LocalPersonalizer
from tests.helpers.command_line import command
from tests.helpers.servers import ARTICLES, Endpoint, served

FAR = datetime(9998, 1, 1, tzinfo=UTC)
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


def test_a_clock_stops_before_the_end_of_the_calendar_and_nothing_has_changed() -> None:
    """Everything that is added to it has to be in the calendar, too."""
    with served(Settings(manual_clock_from=LATEST - timedelta(days=1))) as endpoint:
        beyond = endpoint.post("/mock/clock", {"advance": "P2D"})
        stays = get(endpoint, "/mock/clock")
        moved = endpoint.post("/mock/clock", {"advance": "P1D"})
        ranked = endpoint.rank({"actions": ARTICLES, "eventId": "e"})
        rewarded = endpoint.post("/personalizer/v1.0/events/e/reward", {"value": 1})
        exported = endpoint.send("GET", "/personalizer/v1.0/model")

    assert (beyond.status_code, stays["now"]) == (400, "9989-12-31T00:00:00Z")
    assert "beyond 9990-01-01" in beyond.json()["error"]["message"]
    assert (moved.status_code, ranked.status_code, rewarded.status_code) == (200, 201, 204)
    assert exported.status_code == 200


def test_at_the_beginning_of_the_calendar_all_goes_well() -> None:
    """A loop looks back two days, and logs are let go of."""
    with served(Settings(manual_clock_from=EARLIEST)) as endpoint:
        endpoint.rank({"actions": ARTICLES, "eventId": "e"})
        policy = {"name": "p", "arguments": "--cb_explore_adf --cb_type ips"}
        changed = endpoint.send("PUT", "/personalizer/v1.0/configurations/policy", policy)

        assert endpoint.post("/mock/clock", {"advance": "P1D"}).status_code == 200
    assert changed.status_code == 200


@pytest.mark.parametrize("start", ["0001-01-01", "1969-12-31", "9990-01-02", "9999-12-31"])
def test_a_start_beyond_the_calendar_is_one_clear_line(start: str) -> None:
    """And exit code 2."""
    ended = command("serve", "--in-memory", "--clock", "manual", "--clock-start", start)

    assert ended.code == 2
    assert "1970-01-01 to 9990-01-01" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("start", [datetime.min.replace(tzinfo=timezone(timedelta(hours=9))), FAR])
def test_a_fixture_starts_within_the_same_calendar(start: datetime) -> None:
    """Whatever its zone."""
    with pytest.raises(SettingsInvalid, match="1970-01-01 to 9990-01-01"):
        LocalPersonalizer(start=start)
