"""Tables of others: each row a decision, and one line on what is none."""

import csv
import json
from pathlib import Path

import pytest

from mock_service.errors import LogUnusable, SettingsInvalid
from mock_service.tables.foreign import (
    OPEN_BANDIT,
    ColumnRoles,
    choose_roles,
    read_decisions,
    read_items,
)

_ROLES = ColumnRoles("item", "p", "click")
Cells = dict[str, object]


def _table(folder: Path, *rows: Cells, name: str = "table.csv") -> Path:
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_row_is_a_decision(tmp_path: Path) -> None:
    """All that is shown anywhere could be shown; other columns are features of the context."""
    table = _table(
        tmp_path,
        {"item": "b", "p": 0.25, "click": 1, "age": 31, "city": "Oslo", "is_new": "True"},
        {"item": "a", "p": 0.5, "click": 0, "age": "", "city": "007x", "is_new": "false"},
    )

    first, second = read_decisions(table, _ROLES)

    assert [action.id for action in first.actions] == ["a", "b"]
    assert first.actions[1].features == '[{"id": "b"}]'
    assert (first.order, first.probabilities, first.propensity) == ((1,), (0.25,), 0.25)
    assert (first.reward, first.event_id, first.at) == (1.0, "table-1", None)
    assert json.loads(first.context) == [{"age": 31}, {"city": "Oslo"}, {"is_new": True}]
    assert json.loads(second.context) == [{"city": "007x"}, {"is_new": False}]


def test_columns_have_the_roles_they_are_given(tmp_path: Path) -> None:
    """Ids stay what they are, to the character."""
    table = _table(
        tmp_path,
        {
            "item": "007",
            "p": 1,
            "click": 0.5,
            "all": "007|1.0",
            "at": "2026-01-05 10:00",
            "n": "e1",
        },
        {
            "item": "x",
            "p": 1,
            "click": 0.5,
            "all": '["x", 3]',
            "at": "2026-01-05T11:00Z",
            "n": "e2",
        },
    )
    roles = ColumnRoles("item", "p", "click", "all", "at", "n", ("click",))

    first, second = read_decisions(table, roles)

    assert [action.id for action in first.actions] == ["007", "1.0"]
    assert [action.id for action in second.actions] == ["x", "3"]
    assert f"{first.at} {second.at}" == "2026-01-05 10:00:00+00:00 2026-01-05 11:00:00+00:00"
    assert (first.event_id, json.loads(first.context)) == ("e1", [{"click": 0.5}])


def test_the_open_bandit_datasets_columns_are_known(tmp_path: Path) -> None:
    """Features of users, the position, and for each item how it suits; items have their own."""
    impression = {
        "": 0,
        "timestamp": "2019-11-24 00:00:00.000039+00:00",
        "item_id": 2,
        "position": 3,
        "click": 1,
        "propensity_score": 0.0125,
        "user_feature_0": "cef3390ed299c09874189c387777674a",
        "user-item_affinity_1": 0.0,
        "user-item_affinity_2": 4.0,
    }
    log = _table(tmp_path, impression)
    items = _table(
        tmp_path,
        {"": 0, "item_id": 1, "item_feature_0": -0.4, "item_feature_1": "e2500f3f"},
        {"": 1, "item_id": 2, "item_feature_0": 0.7, "item_feature_1": "aeedc1d7"},
        name="item_context.csv",
    )

    (event,) = read_decisions(log, OPEN_BANDIT, read_items(items))

    assert [action.id for action in event.actions] == ["1", "2"]
    assert json.loads(event.actions[1].features) == [
        {"item_feature_0": 0.7},
        {"item_feature_1": "aeedc1d7"},
        {"affinity": 4.0},
    ]
    assert json.loads(event.context) == [
        {"position": 3},
        {"user_feature_0": "cef3390ed299c09874189c387777674a"},
    ]
    assert (event.order, event.propensity, event.reward) == ((1,), 0.0125, 1.0)
    assert event.at is not None


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"p": "x"}, "row 2: p: expected a number, got 'x'"),
        ({"p": ""}, "row 2: p: expected a number, got None"),
        ({"p": 0}, r"row 2: p: expected a number in \(0, 1\], got 0"),
        ({"p": 1.5}, r"row 2: p: expected a number in \(0, 1\], got 1.5"),
        ({"click": "nan"}, "row 2: click: expected a number, got nan"),
        ({"item": ""}, "an id is missing"),
    ],
)
def test_a_row_that_is_no_decision_is_named(tmp_path: Path, row: Cells, problem: str) -> None:
    """Rather than left out: what a table holds is its owner's to say."""
    good: Cells = {"item": "a", "p": 1, "click": 0}

    with pytest.raises(LogUnusable, match=problem):
        list(read_decisions(_table(tmp_path, good, {**good, **row}), _ROLES))


@pytest.mark.parametrize("role", ["chosen", "probability", "reward"])
def test_a_column_that_is_not_there_is_named(tmp_path: Path, role: str) -> None:
    """Whichever it is."""
    table = _table(tmp_path, {"item": "a", "p": 1, "click": 0})
    named = {"chosen": "item", "probability": "p", "reward": "click", role: "price"}
    roles = ColumnRoles(named["chosen"], named["probability"], named["reward"])

    with pytest.raises(LogUnusable, match="there is no column 'price'"):
        list(read_decisions(table, roles))


def test_a_choice_that_was_none_of_the_actions_is_named(tmp_path: Path) -> None:
    """With its column."""
    table = _table(tmp_path, {"item": "c", "p": 1, "click": 0, "all": "a|b"})

    with pytest.raises(LogUnusable, match="item: 'c' is none of the actions"):
        list(read_decisions(table, ColumnRoles("item", "p", "click", "all")))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the reason."""
    with pytest.raises(LogUnusable, match=r"cannot read .*gone\.csv: No such file"):
        list(read_decisions(tmp_path / "gone.csv", _ROLES))


def test_roles_are_chosen_whole_or_not_at_all() -> None:
    """A log of ours needs none, a CSV file does, and the Open Bandit Dataset has its own."""
    none = ColumnRoles("", "", "")
    table, log = Path("a.csv.gz"), Path("a.dsjson")

    assert choose_roles(none, log, open_bandit=False) is None
    assert choose_roles(none, table, open_bandit=True) is OPEN_BANDIT
    assert choose_roles(_ROLES, table, open_bandit=False) is _ROLES
    with pytest.raises(SettingsInvalid, match=r"--chosen: expected the column of a\.csv\.gz"):
        choose_roles(none, table, open_bandit=False)
    with pytest.raises(SettingsInvalid, match="--reward: expected the column"):
        choose_roles(ColumnRoles("a", "b", ""), log, open_bandit=False)
    with pytest.raises(SettingsInvalid, match="name no others"):
        choose_roles(_ROLES, table, open_bandit=True)
