"""``logs``: a loop's log as DSJSON, out of a data folder, into one, or on the screen."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.table import Table

from mock_service.cli.log_import import import_log
from mock_service.cli.progress import progress_bar, track_file
from mock_service.console import PlainConsole, WholeHelpGroup, print_line
from mock_service.dsjson.files import bounded_lines, log_lines
from mock_service.dsjson.multi_slot import pages
from mock_service.dsjson.reader import Event, LineKind, LogReader, read_log
from mock_service.dsjson.writer import write_line
from mock_service.errors import SettingsInvalid
from mock_service.security.private_files import replaced_once_whole
from mock_service.settings import DATA_FOLDER, DEFAULT_LOOP
from mock_service.storage.event_log import read_stored_log
from mock_service.tables.foreign import ColumnRoles, choose_roles, read_decisions, read_items
from mock_service.tables.logs import read_own_table, write_log
from mock_service.visible import to_plain

logs = typer.Typer(
    cls=WholeHelpGroup,
    help="A loop's log: export, import, convert, show.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

DataFolder = Annotated[Path, typer.Option("--data-dir", help="The server's data folder.")]


class FileFormat(StrEnum):
    """What a log is written as."""

    DSJSON = "dsjson"
    PARQUET = "parquet"


LoopName = Annotated[str, typer.Option("--loop", help="Which loop's log.")]


@logs.command()
def export(
    *,
    out: Annotated[
        str, typer.Option(help="A file (.parquet for a table), or - for standard output.")
    ] = "-",
    format_: Annotated[
        FileFormat | None,
        typer.Option("--format", help="What to write. [default: by the file's ending, or dsjson]"),
    ] = None,
    data_dir: DataFolder = DATA_FOLDER,
    loop: LoopName = DEFAULT_LOOP,
) -> None:
    """Write a loop's settled events, one line of DSJSON each, as the service itself logged them.

    Works beside a running server. Vowpal Wabbit reads the file with --dsjson. A file that ends in
    .parquet becomes a table with a row a decision.

    Example: personalizer-lab logs export --out log.dsjson
    """
    events = read_stored_log(data_dir, loop)
    if out == "-" and format_ is FileFormat.PARQUET:
        raise SettingsInvalid("--format parquet: expected a file, as --out log.parquet")
    if out == "-":
        sys.stdout.writelines(f"{write_line(event)}\n" for event in pages(events))
        return
    _write(events, Path(out), format_)


@logs.command()
def convert(
    log: Annotated[Path, typer.Argument(help="DSJSON, a Parquet table, or a CSV file.")],
    *,
    out: Annotated[Path, typer.Option(help="A file: .parquet for a table, else DSJSON.")],
    open_bandit: Annotated[
        bool, typer.Option("--open-bandit", help="Columns are the Open Bandit Dataset's.")
    ] = False,
    chosen: Annotated[str, typer.Option(help="Column of the id that was shown.")] = "",
    probability: Annotated[str, typer.Option(help="Column of its probability.")] = "",
    reward: Annotated[str, typer.Option(help="Column of the reward.")] = "",
    actions: Annotated[
        str, typer.Option(help="Column of all ids: a list, or a text like a|b|c. [default: all]")
    ] = "",
    time: Annotated[str, typer.Option(help="Column of the moment, in ISO 8601.")] = "",
    event_id: Annotated[str, typer.Option(help="Column of the event's id.")] = "",
    context: Annotated[
        str, typer.Option(help="Columns of the context, like a,b. [default: all others]")
    ] = "",
    items: Annotated[
        Path | None, typer.Option(help="A table of features of actions, by item_id.")
    ] = None,
) -> None:
    """Turn a log into a table, a table into a log, or a table of others into either.

    A table of others needs --open-bandit, or --chosen, --probability and --reward.

    Example: personalizer-lab logs convert log.dsjson --out log.parquet

    Another: logs convert clicks.csv --chosen item --probability p --reward click --out log.dsjson
    """
    named = ColumnRoles(
        chosen,
        probability,
        reward,
        actions,
        time,
        event_id,
        tuple(filter(None, context.split(","))),
    )
    roles = choose_roles(named, log, open_bandit=open_bandit)
    if roles is None:
        reader = None if log.suffix == ".parquet" else read_log(log_lines(log))
        events: Iterable[Event] = read_own_table(log) if reader is None else reader
        count = _write(events, out)
        if reader is not None:
            _tell(reader)
    else:
        count = _write(read_decisions(log, roles, read_items(items) if items else None), out)
    print_line(PlainConsole(stderr=True), f"{out}: {count:,} events")


def _write(events: Iterable[Event], out: Path, format_: FileFormat | None = None) -> int:
    by_ending = FileFormat.PARQUET if out.suffix == ".parquet" else FileFormat.DSJSON
    is_table = (format_ or by_ending) is FileFormat.PARQUET
    try:
        with replaced_once_whole(out) as part:
            return write_log(events, part, as_table=is_table)
    except OSError as error:
        raise SettingsInvalid(f"--out: {out} cannot be written: {error.strerror}") from error


@logs.command(name="import")
def import_(
    log: Annotated[Path, typer.Argument(help="DSJSON, of this server or of Azure's.")],
    *,
    data_dir: DataFolder = DATA_FOLDER,
    loop: LoopName = DEFAULT_LOOP,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Let a loop learn from a log, as if it had made those decisions itself.

    The server must not be running. Lines that are no events are counted and passed over, and so
    are events that the loop holds already: to import a log again adds nothing. An import that
    fails, or is interrupted, leaves the folder as it was.

    Example: personalizer-lab logs import azure-export.dsjson
    """
    talk = PlainConsole(stderr=True)
    with _reading(log) as file, progress_bar(talk, hidden=quiet) as progress:
        reader = read_log(track_file(progress, "importing", file, bounded_lines(file, log)))
        note = import_log(reader, data_dir, loop)
    _tell(reader)
    if note:
        print_line(talk, note)


@logs.command()
def show(
    *,
    last: Annotated[int, typer.Option(min=1, help="How many of the latest events.")] = 20,
    data_dir: DataFolder = DATA_FOLDER,
    loop: LoopName = DEFAULT_LOOP,
) -> None:
    """Show a loop's latest settled events.

    Example: personalizer-lab logs show --last 5
    """
    table = Table("decided", "event", "chosen", "probability", "reward", "learned")
    for event in read_stored_log(data_dir, loop, last=last):
        table.add_row(
            f"{event.at:%Y-%m-%d %H:%M:%S}",
            to_plain(event.event_id),
            to_plain(event.actions[event.chosen].id),
            f"{event.propensity:.4f}",
            f"{event.observed_reward:g}",
            "no" if event.skip_learn else "yes",
        )
    PlainConsole().print(table)


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise SettingsInvalid(f"{path} cannot be read: {error.strerror}") from error


_FOREIGN = "continuous actions, slates, or marks of a checkpoint"


def _tell(reader: LogReader) -> None:
    """Say what became of every line of a log."""
    found = ", ".join(f"{count:,} {kind}" for kind, count in reader.counts.items() if count)
    talk = PlainConsole(stderr=True)
    print_line(talk, f"Lines: {found or 'none'}.")
    if repeated := reader.counts[LineKind.REPEATED]:
        print_line(talk, f"{repeated:,} events were there already, and nothing was added for them.")
    if foreign := reader.counts[LineKind.FOREIGN]:
        print_line(talk, f"{foreign:,} foreign lines hold no ranked actions: {_FOREIGN}.")
    for line, problem in reader.complaints:
        print_line(talk, f"Line {line}: {problem}")
