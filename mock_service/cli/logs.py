"""``logs``: a loop's log as DSJSON, out of a data folder, into one, or on the screen."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from msgspec.structs import replace
from rich.table import Table

from mock_service.build import build_service
from mock_service.console import PlainConsole, print_line
from mock_service.errors import DataUnusable, SettingsInvalid
from mock_service.logs.event import LoggedDecision, as_decision
from mock_service.logs.pages import pages, slots_of
from mock_service.logs.reading import LogReader, read_log
from mock_service.logs.writing import write_line
from mock_service.loop.decision import Decision
from mock_service.loop.teaching import Lesson
from mock_service.settings import DATA_FOLDER, DEFAULT_LOOP, Settings
from mock_service.storage.log import stored_log
from mock_service.visible import to_plain

logs = typer.Typer(help="A loop's log: export, import, show.", no_args_is_help=True)

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
    lines = (f"{write_line(event)}\n" for event in pages(stored_log(data_dir, loop)))
    if out == "-":
        sys.stdout.writelines(lines)
        return
    try:
        with Path(out).open("w", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as error:
        raise SettingsInvalid(f"--out: {out} cannot be written: {error.strerror}") from error


@logs.command(name="import")
def import_(
    log: Annotated[Path, typer.Argument(help="DSJSON, of this server or of Azure's.")],
    *,
    data_dir: DataFolder = DATA_FOLDER,
    loop: LoopName = DEFAULT_LOOP,
) -> None:
    """Let a loop learn from a log, as if it had made those decisions itself.

    The server must not be running. Lines that are no events are counted and passed over.

    Example: personalizer-lab logs import azure-export.dsjson
    """
    service = build_service(Settings(data_folder=data_dir))
    try:
        if loop not in service.loops:
            raise DataUnusable(f"{data_dir} holds no loop {loop!r}")
        hosted = service.loops[loop].loop
        with _reading(log) as file:
            reader = read_log(file)
            for event in reader:
                decisions = [event] if isinstance(event, LoggedDecision) else slots_of(event)
                for decision in decisions:
                    lesson = Lesson(decision.reward, _joined(decision))
                    hosted.relive(_decision(decision), _heard(decision), lesson)
        hosted.publish()
    finally:
        service.close()
    _tell(reader)


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
    for event in stored_log(data_dir, loop, last=last):
        table.add_row(
            f"{event.at:%Y-%m-%d %H:%M:%S}",
            to_plain(event.event_id),
            to_plain(event.actions[event.chosen].id),
            f"{event.propensity:.4f}",
            f"{_joined(event):g}",
            "no" if event.skip_learn else "yes",
        )
    PlainConsole().print(table)


def _decision(event: LoggedDecision) -> Decision:
    """Return what was decided; versions of models are ours only if they are numbers."""
    version = int(event.model_id) if event.model_id.isdecimal() else 0
    return replace(as_decision(event), model=version)


def _heard(event: LoggedDecision) -> list[float | None]:
    return [None if one.action_taken else one.value for one in event.observations]


def _joined(event: LoggedDecision) -> float:
    """Return what the users' rewards came to."""
    return event.reward if event.original_cost is None else 0.0 - event.original_cost


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise SettingsInvalid(f"{path} cannot be read: {error.strerror}") from error


def _tell(reader: LogReader) -> None:
    """Say what became of every line of a log."""
    found = ", ".join(f"{count:,} {kind}" for kind, count in reader.counts.items() if count)
    talk = PlainConsole(stderr=True)
    print_line(talk, f"Lines: {found or 'none'}.")
    for line, problem in reader.complaints:
        print_line(talk, f"Line {line}: {problem}")
