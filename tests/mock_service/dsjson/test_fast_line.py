"""What reads most lines makes of them what the tolerant reader makes of them, or leaves them."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mock_service.dsjson import reader
from mock_service.dsjson.fast_line import read_fast
from mock_service.dsjson.reader import Event, LineKind, LogReader
from tests.helpers.servers import ROOT

LINES = (ROOT / "examples" / "logs" / "azure-export.dsjson").read_bytes().splitlines()
USUAL: dict[str, Any] = {
    "_label_cost": -1.0,
    "_label_probability": 0.8,
    "_label_Action": 2,
    "_labelIndex": 1,
    "o": [{"v": 1.0, "EventId": "e", "ActionTaken": False}],
    "Timestamp": "2021-04-24T20:02:39.0740000Z",
    "Version": "1",
    "EventId": "e",
    "a": [2, 1],
    "c": {
        "FromUrl": [{"time": "morning"}, {"user": {"age": 3}}],
        "_multi": [{"_tag": "x", "j": [{"b": 1}]}, {"_tag": "y", "j": [{"b": "é"}]}],
    },
    "p": [0.8, 0.2],
    "VWState": {"m": "N/A"},
    "_original_label_cost": -1.0,
}


def read(
    lines: list[bytes],
) -> tuple[list[Event], dict[LineKind, int], list[tuple[int, str]]]:
    """Return a log's events, how often each kind of line occurs, and the complaints."""
    log = LogReader(lines)
    return list(log), log.counts, log.complaints


def both_ways(lines: list[bytes]) -> tuple[Any, Any]:
    """Return what becomes of lines with, and without, what reads most of them."""
    fast = read(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "read_fast", lambda _: None)
        slow = read(lines)
    return fast, slow


@pytest.mark.parametrize("line", LINES)
def test_lines_of_the_service_are_read_fast(line: bytes) -> None:
    """All of them; what is read later is the same, too."""
    found = read_fast(line)

    assert found is not None
    fast, slow = both_ways([line])
    assert fast == slow
    assert found == slow[0][0]
    assert replace(found, cost=0.5) == replace(slow[0][0], cost=0.5)
    assert deepcopy(found) == slow[0][0]
    assert hash(found) == hash(slow[0][0])


CHANGES: list[dict[str, Any]] = [
    {"EventId": 1},
    {"EventId": "a\x1fb"},
    {"Timestamp": None},
    {"Timestamp": "yesterday"},
    {"Timestamp": "0001-01-01T00:00:00Z"},
    {"a": [1, 2]},
    {"a": [1, 0]},
    {"a": [2, 2]},
    {"a": [2, 3]},
    {"a": [2]},
    {"a": []},
    {"p": [0.8]},
    {"p": [1.8, 0.2]},
    {"p": [-0.1, 0.2]},
    {"p": [1, 0]},
    {"_labelIndex": 0},
    {"_labelIndex": 7},
    {"_label_Action": 1, "_labelIndex": None},
    {"_label_Action": [2]},
    {"_label_cost": 1},
    {"_label_cost": 1e10},
    {"_label_cost": "1"},
    {"_label_cost": None},
    {"_label_probability": None},
    {"_label_probability": 2.0},
    {"_label_probability": 1e4},
    {"_original_label_cost": None},
    {"pdrop": 0.25},
    {"pdrop": 1.0},
    {"_skipLearn": True},
    {"_skipLearn": 1},
    {"o": None},
    {"o": [{"v": 1, "EventId": "e"}, {"EventId": "e", "ActionTaken": True}, 3]},
    {"o": [{"v": "good", "EventId": "e", "ActionTaken": False}]},
    {"o": [{"v": 1e301, "EventId": "e", "ActionTaken": False}]},
    {"VWState": None},
    {"VWState": {"m": 3}},
    {"_learningMode": "Apprentice"},
    {"_learningMode": "Master"},
    {"more": 1},
    {"_outcomes": []},
    {"c": {"_multi": []}},
    {"c": {"_multi": [{}, 3]}},
    {"c": {"_multi": [{"_tag": None}, {"i": {"id": "z"}}]}},
    {"c": {"_multi": [{"j": {"b": 1}}, {"_text": "two words two"}], "FromUrl": {"a": 1}}},
    {"c": {"_multi": [{}, {}], "User": {"age": 3}}},
    {"c": {"_multi": [{}, {}], "_slots": []}},
    {"c": {"_multi": [{}, {}], "FromUrl": [{"big": 10**40, "huge": 1e308}]}},
    {"c": {"_multi": [{"_tag": 10**4299}, {}]}},
    {"c": 3},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: json.dumps(change)[:60])
def test_a_line_that_differs_in_a_field_is_read_alike(change: dict[str, Any]) -> None:
    """Whichever of the two reads it."""
    line = {name: value for name, value in (USUAL | change).items() if value is not None}

    fast, slow = both_ways([json.dumps(USUAL | change).encode(), json.dumps(line).encode()])

    assert fast == slow


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not JSON",
        json.dumps(USUAL).encode() + json.dumps(USUAL | {"EventId": "f"}).encode(),
        json.dumps(USUAL).encode()[:200] + json.dumps(USUAL | {"EventId": "f"}).encode(),
        json.dumps(USUAL).encode().replace(b"morning", b"mor\xffning"),
        json.dumps(USUAL).encode().replace(b"morning", b"mor\\ud800ning"),
        json.dumps(USUAL).encode().replace(b'"morning"', b"[" * 300 + b"]" * 300),
        json.dumps(USUAL).encode().replace(b'"morning"', b"NaN"),
        json.dumps(USUAL).encode().replace(b'"morning"', b"1e999"),
        json.dumps(USUAL).encode().replace(b'"morning"', b"9" * 5000),
        b"\xef\xbb\xbf" + json.dumps(USUAL).encode(),
    ],
    ids=range(11),
)
def test_a_line_that_is_damaged_is_read_alike(line: bytes) -> None:
    """With the same complaint."""
    fast, slow = both_ways([line])

    assert fast == slow


def test_bytes_that_have_changed_are_read_alike() -> None:
    """Three in any of the service's lines, four thousand times."""
    rng = np.random.default_rng(1)
    lines = []
    for _ in range(4000):
        line = bytearray(LINES[rng.integers(len(LINES))])
        for place in rng.integers(0, len(line), 3):
            line[place] = rng.choice(np.frombuffer(b'0123456789",:{}[]ae\\ \xff', np.uint8))
        lines.append(bytes(line))

    fast, slow = both_ways(lines)

    assert fast == slow


def test_a_long_log_is_read_fast() -> None:
    """Of 1,000 usual lines, nothing is left to the tolerant reader."""
    lines = [json.dumps(USUAL | {"EventId": f"e{number}"}).encode() for number in range(1000)]

    assert all(read_fast(line) is not None for line in lines)


def test_places_and_probabilities_stay_what_they_are() -> None:
    """Though (0, 1) is equal to (0.0, 1.0)."""
    first = read_fast(json.dumps(USUAL | {"a": [1, 2], "_labelIndex": 0, "p": [1, 0]}).encode())
    second = read_fast(json.dumps(USUAL | {"p": [0, 1]}).encode())

    assert first is not None
    assert second is not None
    for event in (first, second):
        assert {type(place) for place in event.order} == {int}
        assert {type(probability) for probability in event.probabilities} == {float}


def test_a_context_that_was_let_go_of_is_missed() -> None:
    """And everything else stays."""
    event = read_fast(json.dumps(USUAL).encode())
    assert event is not None

    event.forget()

    assert (event.action_count, event.order, event.observations) == (2, (1, 0), ())
    with pytest.raises(LookupError, match="was not kept"):
        _ = event.context
