"""The journal within its bounds: everything it keeps counts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mock_service.emulator.journal import MAX_CALLS, Journal

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIMIT = 1_000_000
LONG = 50_000


def scope(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - as an ASGI scope
    """Return the scope of a request."""
    return {"method": "GET", "path": "/x", "query_string": b"", "headers": [], **parts}


@pytest.mark.parametrize(
    "parts",
    [
        {"path": "/" + "x" * LONG},
        {"query_string": b"x" * LONG},
        {"headers": [(b"a", b"x" * LONG)]},
        {"headers": [(b"a", b"b")] * 11_000},
    ],
)
def test_paths_queries_and_headers_count(parts: dict[str, Any]) -> None:
    """A request without a key is noted, too, and may be long in any of them."""
    journal = Journal(LIMIT)
    for _ in range(100):
        journal.end(journal.begin(NOON, scope(**parts)))

    assert len(journal.calls()) <= LIMIT / LONG


def test_bodies_count_while_they_arrive_and_after() -> None:
    """What is forgotten before it ends counts no more."""
    journal = Journal(LIMIT)
    notes = [journal.begin(NOON, scope()) for _ in range(100)]
    for note in notes:
        note.add(b"x" * LONG)
        journal.end(note)

    assert 1 <= len(journal.calls()) <= LIMIT / LONG
    for note in notes:
        journal.end(note)
    assert 1 <= len(journal.calls()) <= LIMIT / LONG


def test_ordinary_calls_are_all_kept_up_to_their_number() -> None:
    """The default has room for them."""
    journal = Journal()
    for _ in range(MAX_CALLS + 10):
        note = journal.begin(NOON, scope(headers=[(b"content-type", b"application/json")] * 10))
        note.add(b"x" * 1_000)
        journal.end(note)

    calls = journal.calls()
    assert (len(calls), calls[0].number) == (MAX_CALLS, 11)
    assert calls[-1].body == b"x" * 1_000
