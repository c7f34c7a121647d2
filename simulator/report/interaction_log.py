"""Records of interactions as files, JSON Lines or CSV.

Both formats hold the same fields. In CSV, what is not one text or number is JSON in its cell.
"""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError

from simulator.errors import OptionsInvalid, RecordInvalid
from simulator.model import Interaction
from simulator.report.interaction_lines import COMPACT, InteractionLine, RunKey, to_line

_JSON_CELLS = frozenset({"context", "actions", "ranking", "outcomes", "truth", "slot", "viewed"})


_Row = tuple[int, dict[str, Any] | str]
"""The number of a line, and its fields or what is wrong with it."""


class Recorder:
    """Writes interactions to a file, one a line; there is no file before the first."""

    def __init__(self, path: Path, label: RunKey) -> None:
        """Prepare to write.

        Raises:
            OptionsInvalid: the name ends in neither .jsonl nor .csv.
        """
        _check_kind(path, "--record")
        self._path, self._label = path, label
        self._file: TextIO | None = None
        self._writer: Callable[[dict[str, Any]], object] | None = None

    def write(self, interaction: Interaction) -> None:
        """Add one interaction.

        Raises:
            OptionsInvalid: the file cannot be written.
        """
        try:
            if self._writer is None:
                self._file = self._path.open("w", encoding="utf-8", newline="")
                self._writer = _WRITERS[self._path.suffix](self._file)
            self._writer(to_line(interaction, self._label).__dict__)
        except OSError as error:
            raise OptionsInvalid(
                f"--record: cannot write {self._path}: {error.strerror}"
            ) from error

    def close(self) -> None:
        """End the file."""
        if self._file is not None:
            self._file.close()


def read_record(path: Path) -> Iterator[InteractionLine]:
    """Yield the lines of a record.

    Raises:
        OptionsInvalid: the name ends in neither .jsonl nor .csv, or it cannot be read.
        RecordInvalid: a line is no interaction.
    """
    _check_kind(path, "--replay")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for number, fields in _READERS[path.suffix](file):
                yield _parse_line(path, number, fields)
    except OSError as error:
        raise OptionsInvalid(f"--replay: cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordInvalid(path, 0, f"not UTF-8 text: {error.reason}") from error


def _csv_writer(file: TextIO) -> Callable[[dict[str, Any]], object]:
    writer = csv.DictWriter(file, list(InteractionLine.model_fields))
    writer.writeheader()

    def write(fields: dict[str, Any]) -> None:
        cells = {name: json.dumps(fields[name], separators=COMPACT) for name in _JSON_CELLS}
        writer.writerow({**fields, **cells})

    return write


def _json_writer(file: TextIO) -> Callable[[dict[str, Any]], object]:
    return lambda fields: file.write(json.dumps(fields, separators=COMPACT) + "\n")


def _csv_rows(file: TextIO) -> Iterator[_Row]:
    reader = csv.DictReader(file)
    try:
        for row in reader:
            yield reader.line_num, _fields(row)
    except csv.Error as error:
        yield reader.line_num, f"not CSV: {error}"


def _fields(row: dict[str, str]) -> dict[str, Any] | str:
    fields: dict[str, Any] = dict(row)
    for name in _JSON_CELLS & row.keys():
        try:
            fields[name] = json.loads(row[name])
        except (ValueError, TypeError, RecursionError):
            return f"{name}: expected JSON, got {row[name]!r:.60}"
    return fields


def _json_rows(file: TextIO) -> Iterator[_Row]:
    for number, text in enumerate(file, start=1):
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield number, f"not JSON: {error}"
        else:
            yield number, fields if isinstance(fields, dict) else "expected a JSON object"


def _parse_line(path: Path, number: int, fields: dict[str, Any] | str) -> InteractionLine:
    if isinstance(fields, str):
        raise RecordInvalid(path, number, fields)
    try:
        return InteractionLine.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(index) for index in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise RecordInvalid(path, number, f"{key}: {message}".removeprefix(": ")) from error


def _check_kind(path: Path, option: str) -> None:
    if path.suffix not in _WRITERS:
        raise OptionsInvalid(f"{option}: expected a file that ends in .jsonl or .csv, got {path}")


_WRITERS = {".jsonl": _json_writer, ".csv": _csv_writer}
_READERS = {".jsonl": _json_rows, ".csv": _csv_rows}
