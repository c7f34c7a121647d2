"""A comparison on the terminal: the verdict, and a row for each setting."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.report.comparison import results_table
from simulator.report.notebook import Comparison


def show_comparison(console: Console, comparison: Comparison) -> None:
    """Print the verdict in words and the table it rests on."""
    first, *others = comparison.verdict
    console.print(Text(first, style="bold"))
    for sentence in others:
        console.print(Text(sentence))
    console.print(_table(comparison))


def _table(comparison: Comparison) -> Table:
    contents = results_table(comparison.findings)
    table = Table(box=SIMPLE_HEAD)
    for index, column in enumerate(contents.columns):
        words = index in contents.words
        table.add_column(column, justify="left" if words else "right", overflow="fold")
    for index, row in enumerate(contents.rows):
        cells = [Text(cell) for cell in row]
        table.add_row(*cells, style="bold" if index in contents.marked else None)
    return table
