"""``logs``: a loop's log as DSJSON, out of a data folder, into one, or on the screen."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.table import Table

from mock_service.cli.log_import import import_log
from mock_service.cli.progress import progress_bar, track_file
from mock_service.console import PlainConsole, WholeHelpGroup, print_line
from mock_service.dsjson.files import bounded_lines
from mock_service.dsjson.multi_slot import pages
from mock_service.dsjson.reader import LineKind, LogReader, read_log
from mock_service.dsjson.writer import write_line
from mock_service.errors import SettingsInvalid
from mock_service.security.private_files import open_private
from mock_service.settings import DATA_FOLDER, DEFAULT_LOOP
from mock_service.storage.event_log import read_stored_log
from mock_service.visible import to_plain

logs = typer.Typer(
    cls=WholeHelpGroup,
    help="A loop's log: export, import, show.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

DataFolder = Annotated[Path, typer.Option("--data-dir", help="The server's data folder.")]
LoopName = Annotated[str, typer.Option("--loop", help="Which loop's log.")]


@logs.command()
def export(
    *,
    out: Annotated[str, typer.Option(help="A file, or - for standard output.")] = "-",
    data_dir: DataFolder = DATA_FOLDER,
    loop: LoopName = DEFAULT_LOOP,
) -> None:
    """Write a loop's settled events, one line of DSJSON each, as the service itself logged them.

    Works beside a running server. Vowpal Wabbit reads the file with --dsjson.

    Example: personalizer-lab logs export --out log.dsjson
    """
    lines = (f"{write_line(event)}\n" for event in pages(read_stored_log(data_dir, loop)))
    if out == "-":
        sys.stdout.writelines(lines)
        return
    try:
        _write_beside(Path(out), lines)
    except OSError as error:
        raise SettingsInvalid(f"--out: {out} cannot be written: {error.strerror}") from error


def _write_beside(path: Path, lines: Iterable[str]) -> None:
    """Write a file under another name, and give it its own once it is whole."""
    if path.exists() and not path.is_file():  # a device or a pipe has no other name
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lines)
        return
    part = path.with_name(f".{path.name}.part")
    try:
        with open(part, "w", encoding="utf-8", opener=open_private) as file:
            file.writelines(lines)
        part.replace(path)
    except BaseException:  # an interrupt, too, leaves nothing behind
        part.unlink(missing_ok=True)
        raise


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
