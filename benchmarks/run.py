"""All measurements, as ratios within one run: ``make bench``."""

import sys

import evaluation
import fixture
import grid
import http_rank
import in_process
import memory
import while_evaluating
from rich.console import Console
from rich.table import Table


def main() -> None:
    """Measure and print one table."""
    table = Table("", title="Speed side by side", title_justify="left")
    table.add_column("median", justify="right")
    table.add_column("+/-", justify="right")
    for part in (in_process, grid, http_rank, memory, evaluation, while_evaluating, fixture):
        sys.stderr.write(f"measuring {part.__name__}...\n")
        for name, (figure, around) in part.measure().items():
            table.add_row(name, f"{figure:,.2f}", f"{around:,.2f}" if around else "")
        table.add_section()
    Console().print(table)


if __name__ == "__main__":
    main()
