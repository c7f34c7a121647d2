"""Logs as files, either lines of DSJSON or a table."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mock_service.dsjson.event import LoggedDecision
from mock_service.dsjson.multi_slot import pages
from mock_service.dsjson.reader import Event
from mock_service.dsjson.writer import write_line
from mock_service.errors import LogUnusable
from mock_service.tables.parquet import read_parquet, write_parquet
from mock_service.tables.rows import COLUMNS, from_row, to_rows


def write_log(events: Iterable[Event], path: Path, *, as_table: bool) -> int:
    """Write events into a file, and return how many lines or rows that made.

    Raises:
        SettingsInvalid: a table needs pyarrow, which is not installed.
        OSError: the file cannot be written.
    """
    if as_table:
        return write_parquet(to_rows(events), path)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for event in pages(events):
            file.write(f"{write_line(event)}\n")
            count += 1
    return count


def read_own_table(path: Path) -> Iterator[LoggedDecision]:
    """Yield the decisions of a Parquet file with the columns of `COLUMNS`.

    Raises:
        SettingsInvalid: pyarrow is not installed.
        LogUnusable: the file cannot be read, has other columns, or a row is no decision.
    """
    for number, row in enumerate(read_parquet(path), start=1):
        try:
            yield from_row(row)
        except (LookupError, TypeError, ValueError) as error:
            missing = [name for name in COLUMNS if name not in row]
            why = f"there is no column {missing[0]!r}" if missing else str(error)
            raise LogUnusable(
                f"{path}: row {number}: {why}: of a table of others, say which column is --chosen, "
                "--probability and --reward"
            ) from error
