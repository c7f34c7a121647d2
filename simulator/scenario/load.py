"""From a TOML file to a scenario, or to every mistake in it: file, key, value, expectation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from simulator.errors import ScenarioInvalid
from simulator.scenario.model import Scenario
from simulator.scenario.toml import find_excesses, read_toml
from simulator.scenario.validation import inconsistencies

_MAX_VALUE_LENGTH = 60
_WHAT_THE_PATH_SAYS = {
    "name": "the file's own name is the scenario's; leave it out",
    "folder": "the file's own folder is the scenario's; leave it out",
}


_WORDS = {
    "too_short": "expected {min_length} or more entries",
    "too_long": "expected at most {max_length} entries",
    "string_too_short": "expected {min_length} or more characters",
    "string_too_long": "expected at most {max_length} characters",
    "model_type": "expected a table",
    "dict_type": "expected a table",
    "list_type": "expected a list",
    "tuple_type": "expected a list",
    "string_type": "expected a text",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "finite_number": "expected a finite number",
}
"""The checker's complaints in the words of a scenario file."""


def load_scenario(path: Path) -> Scenario:
    """Return the scenario in a file; its name is the file's.

    Raises:
        ScenarioInvalid: with one line for every mistake.
    """
    return check_scenario(path, _read(path))


def check_scenario(path: Path, document: dict[str, Any]) -> Scenario:
    """Return the scenario that a file's document describes.

    Raises:
        ScenarioInvalid: with one line for every mistake.
    """
    return _consistent(path, _parse_document(path, document))


def _consistent(path: Path, scenario: Scenario) -> Scenario:
    if mistakes := [f"{path}: {line}" for line in inconsistencies(scenario)]:
        raise ScenarioInvalid(mistakes)
    return scenario


def with_parameters(scenario: Scenario, parameters: Mapping[str, object]) -> Scenario:
    """Return the scenario with other values at keys like ``traffic.per_hour`` or ``actions.0.id``.

    Raises:
        ScenarioInvalid: there is no such key, or it does not allow the value.
    """
    document = scenario.model_dump(by_alias=True, exclude_unset=True, warnings=False)
    path = Path(document.pop("folder", "."), f"{document.pop('name')}.toml")
    for key, value in parameters.items():
        _put(document, key, value)
    return check_scenario(path, document)


def _put(document: dict[str, Any], key: str, value: object) -> None:
    *tables, last = key.split(".")
    index: Any = document
    for name in tables:
        if isinstance(index, list) and name in map(str, range(len(index))):
            index = index[int(name)]
        elif isinstance(index, dict):
            index = index.setdefault(name, {})
        else:
            break
    if not isinstance(index, dict):
        raise ScenarioInvalid([f"{key}: expected a key of the scenario"])
    index[last] = value


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_toml(path)
    except ValueError as error:
        raise ScenarioInvalid([f"{path}: {error}"]) from error
    except OSError as error:
        raise ScenarioInvalid([f"{path}: cannot be read: {error.strerror}"]) from error


def _parse_document(path: Path, document: dict[str, Any]) -> Scenario:
    if own := _WHAT_THE_PATH_SAYS.keys() & document:
        raise ScenarioInvalid([f"{path}: {key}: {_WHAT_THE_PATH_SAYS[key]}" for key in sorted(own)])
    if beyond := [f"{path}: {line}" for line in find_excesses(document)]:
        raise ScenarioInvalid(beyond)
    try:
        return Scenario.model_validate({**document, "name": path.stem, "folder": str(path.parent)})
    except ValidationError as error:
        lines = dict.fromkeys(f"{path}: {_line(detail)}" for detail in error.errors())
        raise ScenarioInvalid(list(lines)) from error


def _line(detail: ErrorDetails) -> str:
    key = _key(detail["loc"])
    kind = detail["type"]
    if kind == "missing":
        return f"{key}: expected it to be there, and it is missing"
    if kind == "extra_forbidden":
        return f"{key}: expected no such key; check its spelling, got {_shorten(detail['input'])}"
    expected = _expectation(detail)
    got = "" if ", got " in expected else f", got {_shorten(detail['input'])}"
    return f"{key}: {expected}{got}"


def _expectation(detail: ErrorDetails) -> str:
    words = _WORDS.get(detail["type"])
    if words is not None:
        return words.format(**detail.get("ctx", {}))
    text = detail["msg"].removeprefix("Value error, ").replace("Input should be", "expected", 1)
    return text[0].lower() + text[1:]


def _key(indices: tuple[int | str, ...]) -> str:
    """Return the key as TOML would write it; what is in angle brackets is a kind, not a key."""
    text = ""
    for index in indices:
        if isinstance(index, int):
            text += f"[{index}]"
        elif not index.startswith("<"):
            text += f".{index}"
    return text.removeprefix(".") or "the file"


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MAX_VALUE_LENGTH else f"{text[:_MAX_VALUE_LENGTH]}..."
