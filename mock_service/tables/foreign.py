"""Tables of others as logs: which column holds what, and the Open Bandit Dataset's own."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from mock_service.dsjson.event import LoggedDecision
from mock_service.errors import LogUnusable, SettingsInvalid
from mock_service.loop.decision import Action
from mock_service.tables.parquet import read_parquet
from mock_service.tables.rows import Row

_AFFINITY = "user-item_affinity_"
Features = dict[str, object]
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """The columns that hold what a decision is made of; an empty name is none.

    ``actions`` has the ids of what could be shown, as a list, a JSON array or a text parted by
    ``|``; without it, that is whatever is shown anywhere in the table. Without ``context`` every
    column that has no other role is a feature of the context. What is in ``per_action`` and an id
    is a feature of that action.
    """

    chosen: str
    probability: str
    reward: str
    actions: str = ""
    time: str = ""
    event_id: str = ""
    context: tuple[str, ...] = ()
    per_action: str = ""

    @property
    def taken(self) -> frozenset[str]:
        """The columns that have a role, which is not that of a feature."""
        return frozenset(
            (self.chosen, self.probability, self.reward, self.actions, self.time, self.event_id)
        )


OPEN_BANDIT = ColumnRoles(
    "item_id", "propensity_score", "click", time="timestamp", per_action=_AFFINITY
)
"""Source: Y. Saito, S. Aihara, M. Matsutani, Y. Narita, "Open Bandit Dataset and Pipeline" (2021):
a row an impression, with the position on the page, features of the user, and how each item suits.
"""


def choose_roles(named: ColumnRoles, log: Path, *, open_bandit: bool) -> ColumnRoles | None:
    """Return the roles of a table's columns; None where the log is one of ours.

    Raises:
        SettingsInvalid: roles contradict each other, or some are missing.
    """
    if open_bandit:
        if named != ColumnRoles("", "", ""):
            raise SettingsInvalid("--open-bandit says what the columns are: name no others")
        return OPEN_BANDIT
    if named == ColumnRoles("", "", "") and not {".csv", ".tsv"} & set(log.suffixes):
        return None
    for role in ("chosen", "probability", "reward"):
        if not getattr(named, role):
            raise SettingsInvalid(f"--{role}: expected the column of {log} that has it")
    return named


def read_table(path: Path) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header, maybe compressed, or of a Parquet file.

    Cells of CSV are texts, and what is empty is None.

    Raises:
        SettingsInvalid: pyarrow is needed, and not installed.
        LogUnusable: the file cannot be read.
    """
    if path.suffix == ".parquet":
        yield from read_parquet(path)
        return
    try:
        with _open(path) as file:
            for row in csv.DictReader(file):
                yield {name: text or None for name, text in row.items() if name}
    except (OSError, EOFError, UnicodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise LogUnusable(f"cannot read {path}: {reason}") from error


def read_items(path: Path) -> dict[str, Features]:
    """Return the features of actions by id, from a table whose `item_id` or first column has it.

    Raises:
        LogUnusable: the file cannot be read.
    """
    items: dict[str, Features] = {}
    for row in read_table(path):
        name = "item_id" if "item_id" in row else next(iter(row))
        id_ = _text(row.pop(name))
        items[id_] = {key: _value(one) for key, one in row.items() if one is not None}
    return items


def read_decisions(
    path: Path, roles: ColumnRoles, items: Mapping[str, Features] | None = None
) -> Iterator[LoggedDecision]:
    """Yield a decision a row of a table; `items` are features of actions by id.

    Raises:
        LogUnusable: the file cannot be read, lacks a column, or a row is no decision.
    """
    known = dict(items or {})
    if not roles.actions and not known:
        shown = _each(path, lambda row, _: _text(row[roles.chosen]))
        known = {one: {} for one in sorted(set(shown))}
    yield from _each(path, lambda row, name: _decision(row, roles, known, name))


def _each(path: Path, make: Callable[[Row, str], _Made]) -> Iterator[_Made]:
    """Yield what is made of each row of a table and of the row's name."""
    for number, row in enumerate(read_table(path), start=1):
        try:
            yield make(row, f"{path.stem}-{number}")
        except (LookupError, TypeError, ValueError) as error:
            raise LogUnusable(f"{path}: row {number}: {_describe(error)}") from error


def _decision(
    row: Row, roles: ColumnRoles, items: Mapping[str, Features], name: str
) -> LoggedDecision:
    chosen = _text(row[roles.chosen])
    ids = _ids(row[roles.actions]) if roles.actions else list(items)
    if chosen not in ids:
        raise ValueError(f"{roles.chosen}: {chosen!r} is none of the actions")
    probability, reward = (_number(row, one) for one in (roles.probability, roles.reward))
    if not 0 < probability <= 1:
        raise ValueError(f"{roles.probability}: expected a number in (0, 1], got {probability:g}")
    return LoggedDecision(
        event_id=_text(row[roles.event_id]) if roles.event_id else name,
        at=_moment(row[roles.time]) if roles.time else None,
        context=json.dumps(_context(row, roles)),
        actions=tuple([_action(one, items.get(one, {}), row, roles) for one in ids]),
        order=(ids.index(chosen),),
        probabilities=(probability,),
        cost=0.0 - reward,
        propensity=probability,
    )


def _context(row: Row, roles: ColumnRoles) -> list[Features]:
    names = roles.context or [
        name
        for name in row
        if name not in roles.taken and not (roles.per_action and name.startswith(roles.per_action))
    ]
    return [{name: _value(row[name])} for name in names if row[name] is not None]


def _action(name: str, features: Features, row: Row, roles: ColumnRoles) -> Action:
    """Return an action; one without features of its own is told by its id."""
    own = _value(row.get(f"{roles.per_action}{name}")) if roles.per_action else None
    found = [*({key: one} for key, one in features.items())] or [{"id": name}]
    return Action(name, json.dumps(found if own is None else [*found, {"affinity": own}]))


def _ids(cell: object) -> list[str]:
    if isinstance(cell, str):
        cell = json.loads(cell) if cell.startswith("[") else cell.split("|")
    return [_text(one) for one in cell] if isinstance(cell, list) else [_text(cell)]


def _number(row: Row, name: str) -> float:
    value = _value(row[name])
    if isinstance(value, bool | int | float) and abs(value) < float("inf"):
        return float(value)
    raise ValueError(f"{name}: expected a number, got {value!r:.40}")


def _moment(value: object) -> datetime | None:
    if value is None or isinstance(value, datetime):
        found = value
    else:
        found = datetime.fromisoformat(str(value))
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _text(value: object) -> str:
    if value is None:
        raise ValueError("an id is missing")
    return str(value)


def _value(text: object) -> Any:  # noqa: ANN401 (a cell of a table)
    """Return a cell as a number or a truth value, if it is a text of one."""
    if not isinstance(text, str):
        return text
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _describe(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no column {error.args[0]!r}"
    return " ".join(str(error).split())[:300]


def _open(path: Path) -> Any:  # noqa: ANN401 (a text file, compressed or not)
    opener = gzip.open if path.suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")
