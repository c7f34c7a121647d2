"""Progress on the terminal, and nothing where there is none."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


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
