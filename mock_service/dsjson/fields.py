"""The small parts of a log line, each read strictly: a wrong one raises NotAnEvent."""

from datetime import datetime
from typing import Any, TypeGuard

from mock_service.dsjson.event import UNTRAINED_MODEL, LoggedObservation, NotAnEvent
from mock_service.loop.configuration import LearningMode
from mock_service.loop.slots import SEPARATOR
from mock_service.timestamps import to_utc

Json = dict[str, Any]

_VISIBLE_SEPARATOR = "\\x1f"
LARGEST = 1e300
_FIRST_YEAR, _LAST_YEAR = 3, 9996
_LARGEST_PROBABILITY = 1e3
LARGEST_COST = 1e9
"""Rewards are numbers around 1; the square of this, weighted by the smallest propensity that counts
and summed over a log, is still a number."""
_NUMBERS = (int, float)


def number(value: object, name: str) -> float:
    """Return a finite number."""
    if not _counts(value):
        raise NotAnEvent(f"{name}: expected a number, got {value!r:.40}")
    return float(value)


def cost(value: object, name: str) -> float:
    """Return a cost of a size that sums of squares can hold."""
    found = number(value, name)
    if abs(found) > LARGEST_COST:
        raise NotAnEvent(f"{name}: expected a number within {LARGEST_COST:.0e}, got {found:g}")
    return found


def optional_cost(value: object, name: str) -> float | None:
    """Return a cost, or None where there is none."""
    return None if value is None else cost(value, name)


def probability(value: object) -> float:
    """Return a number of at least 0; what is over 1 is for those who judge by it to refuse."""
    probability = number(value, "p")
    if not 0 <= probability <= _LARGEST_PROBABILITY:
        raise NotAnEvent(f"p: expected a probability, got {probability}")
    return probability


def probabilities(value: object) -> tuple[float, ...]:
    """Return a list of probabilities."""
    items = as_list(value)
    if {*map(type, items)} == {float} and 0 <= min(items) <= max(items) <= 1:
        return tuple(items)
    return tuple(map(probability, items))


def drop_probability(value: object) -> float:
    """Return the chance that an event was thinned out, below 1."""
    probability = number(value, "pdrop")
    if not 0 <= probability < 1:
        raise NotAnEvent(f"pdrop: expected a chance in [0, 1), got {probability}")
    return probability


def indices(value: object, name: str) -> tuple[int, ...]:
    """Return whole numbers; a single one stands for a list of it."""
    items = as_list(value)
    if not {*map(type, items)} <= {int}:  # True is no place
        raise NotAnEvent(f"{name}: expected whole numbers")
    return tuple(items)


def text(value: object) -> str:
    """Return text, and what is not text as Python writes it; nothing is empty."""
    if isinstance(value, str):
        return value
    try:
        return "" if value is None else str(value)
    except ValueError as error:  # a number of thousands of digits
        raise NotAnEvent("expected text, got a number without end") from error


def identity(value: object) -> str:
    """Return an id as text; in one of another making our separator of slots separates nothing."""
    return text(value).replace(SEPARATOR, _VISIBLE_SEPARATOR)


def timestamp(value: object) -> datetime | None:
    """Return a time stamp; one without a zone is in UTC, and more than microseconds are cut.

    One at an end of the calendar, where no time can be added or taken away, makes no event.
    """
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    if _FIRST_YEAR <= at.year <= _LAST_YEAR:
        at = to_utc(at)
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:  # a zone may take it over the end of a year
        raise NotAnEvent(
            f"Timestamp: expected a year from {_FIRST_YEAR} to {_LAST_YEAR}, got {value:.40}"
        )
    return at


def learning_mode(value: object) -> LearningMode | None:
    """Return the mode a line names, if it does."""
    return _MODES.get(value) if isinstance(value, str) else None


_MODES = {mode.value: mode for mode in LearningMode}


_USUAL_NAMES = {
    "_label_cost": "_label_cost",
    "_label_probability": "_label_probability",
    "_label_action": "_label_Action",
    "_labelindex": "_labelIndex",
    "_original_label_cost": "_original_label_cost",
}


def with_usual_names(line: Json) -> Json:
    """Return a line, or an outcome, whose labels have their usual names: any case is read."""
    for name in [name for name in line if name[:6].lower() in {"_label", "_origi"}]:
        usual = _USUAL_NAMES.get(name.lower())
        if usual is not None and usual != name and usual not in line:
            line[usual] = line.pop(name)
    return line


def model_id(state: object) -> str:
    """Return the model a line's ``VWState`` names."""
    named = state.get("m") if isinstance(state, dict) else None
    return UNTRAINED_MODEL if named is None else text(named)


def observations(items: object) -> tuple[LoggedObservation, ...]:
    """Return what was heard about an event; entries that are not objects are nothing heard."""
    if not items:
        return ()
    return tuple([_observation(item) for item in as_list(items) if isinstance(item, dict)])


def as_object(value: object, name: str) -> Json:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise NotAnEvent(f"{name}: expected an object, got {value!r:.40}")
    return value


def as_list(value: object) -> list[Any]:
    """Return a list as it is, nothing as an empty one, and anything else as the only item."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _observation(item: Json) -> LoggedObservation:
    value, slot = item.get("v"), item.get("Index")
    return LoggedObservation(
        text(item.get("EventId")),
        float(value) if _counts(value) else None,
        bool(item.get("ActionTaken")),
        None if slot is None else text(slot),
    )


def _counts(value: object) -> TypeGuard[float]:
    return (
        isinstance(value, _NUMBERS)
        and value is not True
        and value is not False
        and -LARGEST <= value <= LARGEST
    )
