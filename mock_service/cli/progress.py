"""Progress on the terminal, and nothing where there is none."""

from collections.abc import Iterable, Iterator
from os import fstat
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_LINES_BETWEEN = 200
"""Between looks at how far a file is: a look takes longer than a line."""


def progress_bar(talk: Console, *, hidden: bool) -> Progress:
    """Return a progress bar with the time left, that disappears when the work is done."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=talk,
        transient=True,
        disable=hidden or not talk.is_terminal,
    )


def track_file(
    progress: Progress, description: str, file: BinaryIO, lines: Iterable[bytes]
) -> Iterator[bytes]:
    """Yield the lines of a file, and show how many of its bytes were read; a pipe has no end."""
    is_file = file.seekable()
    task = progress.add_task(description, total=fstat(file.fileno()).st_size if is_file else None)
    for index, line in enumerate(lines):
        if is_file and index % _LINES_BETWEEN == 0:
            progress.update(task, completed=file.tell())
        yield line
