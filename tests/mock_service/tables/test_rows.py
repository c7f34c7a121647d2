"""A decision as a row and back: whatever a line holds is there again."""

import json

import pytest

from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot
from mock_service.dsjson.multi_slot import pages, split_slots
from mock_service.dsjson.reader import read_log
from mock_service.tables.rows import COLUMNS, from_row, to_rows
from tests.helpers.field_logs import page_lines, to_log
from tests.helpers.servers import ROOT

_LINE = {
    "_label_cost": -0.5,
    "_label_probability": 0.25,
    "_label_Action": 2,
    "_labelIndex": 1,
    "o": [{"v": 0.5, "EventId": "e"}, {"EventId": "e", "ActionTaken": True}],
    "Timestamp": "2026-01-05T10:00:00.123456Z",
    "Version": "1",
    "EventId": "e",
    "a": [2, 1, 3],
    "p": [0.25, 0.5, 0.25],
    "c": {
        "FromUrl": [{"user": "Tom", "age": 3}],
        "_multi": [{"_tag": name, "j": [{"x": name}]} for name in "abc"],
    },
    "VWState": {"m": "7"},
    "pdrop": 0.5,
    "_original_label_cost": -1.0,
    "_learningMode": "Apprentice",
}


def _changed(**fields: object) -> str:
    line = {**_LINE, **fields}
    return json.dumps({name: value for name, value in line.items() if value is not None})


@pytest.mark.parametrize(
    "line",
    [
        _changed(),
        _changed(_skipLearn=True, o=[]),
        _changed(Timestamp=None, VWState=None, pdrop=None),
        _changed(_original_label_cost=None, _learningMode=None),
        _changed(a=[2], p=[0.25]),
    ],
)
def test_a_row_makes_the_decision_it_came_from(line: str) -> None:
    """Every field of it."""
    (event,) = read_log([line])
    (row,) = to_rows([event])

    assert list(row) == list(COLUMNS)
    assert from_row(row) == event
    assert (row["chosen"], row["probability"], row["reward"]) == ("b", 0.25, 0.5)


def test_the_slots_of_a_page_are_rows_that_make_the_page_again() -> None:
    """With the event's id and the slot's."""
    found = list(read_log(to_log(page_lines(20))))
    events = [event for event in found if isinstance(event, LoggedMultiSlot)]
    rows = list(to_rows(events))
    split = [one for event in events for one in split_slots(event)]

    assert [from_row(row) for row in rows] == split
    assert {row["event_id"] for row in rows} == {event.event_id for event in events}
    assert [row["slot_id"] for row in rows[:2]] == [slot.id for slot in events[0].slots[:2]]
    assert list(pages(from_row(row) for row in rows)) == list(pages(split))


def test_a_row_may_lack_what_has_a_default() -> None:
    """As a frame that a person made does."""
    row = {
        "event_id": "e",
        "context": "[]",
        "actions": [{"id": "a", "features": "[]"}],
        "order": [0],
        "probabilities": [1.0],
        "probability": 1.0,
        "reward": 1,
        "time": None,
        "observed_reward": float("nan"),
    }

    event = from_row(row)

    assert isinstance(event, LoggedDecision)
    assert (event.reward, event.observed_reward, event.at, event.skip_learn) == (1, 1, None, False)


@pytest.mark.parametrize("missing", ["event_id", "context", "actions", "order", "reward"])
def test_a_row_without_what_has_none_is_refused(missing: str) -> None:
    """By the column's name."""
    (event,) = read_log([_changed()])
    (row,) = to_rows([event])
    del row[missing]

    with pytest.raises(KeyError, match=missing):
        from_row(row)


def test_every_column_is_described_in_the_guide() -> None:
    """With the same words."""
    guide = (ROOT / "docs" / "logs.md").read_text(encoding="utf-8")

    assert [name for name, about in COLUMNS.items() if f"| `{name}` | {about} |" not in guide] == []
