"""A whole loop as one file, and back, over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from mock_service.settings import Settings
from tests.helpers.servers import ARTICLES, Endpoint, served
from tests.mock_service.emulator.api.test_clock import get

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def taught(endpoint: Endpoint, reward: float) -> None:
    """Rank and reward one event, and leave another waiting."""
    for event_id in ("settled", "waiting"):
        endpoint.rank({"actions": ARTICLES, "eventId": event_id})
    endpoint.post("/personalizer/v1.0/events/settled/reward", {"value": reward})


def seen(endpoint: Endpoint) -> list[object]:
    """Return what the loop answers, without changing it."""
    kept = endpoint.post("/mock/snapshot").content
    answer = endpoint.rank({"actions": ARTICLES, "eventId": "look"}).json()
    endpoint.post("/mock/restore", content=kept)
    return [answer, get(endpoint, "/mock/learning")]


def test_a_restored_loop_is_what_it_was() -> None:
    """Its answers, counts, waiting events and, with a manual clock, the time."""
    with served(Settings(manual_clock_from=NOON)) as endpoint:
        taught(endpoint, 1.0)
        before = seen(endpoint)
        kept = endpoint.post("/mock/snapshot")
        endpoint.post("/personalizer/v1.0/events/waiting/reward", {"value": -1.0})
        endpoint.post("/mock/clock", {"advance": "PT1H"})
        changed = seen(endpoint)

        restored = endpoint.post("/mock/restore", content=kept.content)

        assert (kept.status_code, restored.status_code) == (200, 204)
        assert kept.headers["content-type"] == "application/octet-stream"
        assert changed != before
        assert seen(endpoint) == before


def test_a_snapshot_moves_a_loop_to_another_server() -> None:
    """But for its keys, which are the server's own."""
    with served(Settings(manual_clock_from=NOON)) as one:
        taught(one, 1.0)
        before, kept = seen(one), one.post("/mock/snapshot").content
    with served(Settings(manual_clock_from=NOON, key="another-key")) as other:
        other.post("/mock/restore", content=kept)

        assert seen(other) == before


@pytest.mark.parametrize("damage", [b"", b"noise" * 1000, "cut", "flipped"])
def test_what_is_no_snapshot_is_refused_and_changes_nothing(damage: bytes | str) -> None:
    """Cut short, damaged inside, or something else."""
    with served(Settings(manual_clock_from=NOON)) as endpoint:
        taught(endpoint, 1.0)
        before, kept = seen(endpoint), endpoint.post("/mock/snapshot").content
        texts = {
            "cut": kept[: len(kept) // 2],
            "flipped": kept[:100] + b"\xff" * 2000 + kept[2100:],
        }
        content = damage if isinstance(damage, bytes) else texts[damage]

        reply = endpoint.post("/mock/restore", content=content)

        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "InvalidSnapshot")
        assert seen(endpoint) == before


def test_a_loops_key_moves_no_clock() -> None:
    """A snapshot of later than now is restored once the default loop's key has moved the clock."""
    with served(Settings(manual_clock_from=NOON)) as endpoint:
        made = endpoint.post("/mock/loops", {"name": "blue"}).json()
        blue = Endpoint(f"{endpoint.url}/loops/blue", made["key1"])
        kept = blue.post("/mock/snapshot").content
        with served(Settings(manual_clock_from=NOON + timedelta(days=1))) as later:
            of_later = later.post("/mock/snapshot").content
        of_now = blue.post("/mock/restore", content=kept)
        refused = blue.post("/mock/restore", content=of_later)
        clock = get(endpoint, "/mock/clock")
        endpoint.post("/mock/clock", {"advance": "P1D"})
        taken = blue.post("/mock/restore", content=of_later)

    assert of_now.status_code == 204
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "InvalidApiAccess")
    assert str(clock["now"]).startswith("2026-01-01T12:00:00")
    assert taken.status_code == 204
