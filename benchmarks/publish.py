"""The table: on the terminal, as a page of Markdown with charts, and as JSON."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from charts import write_charts
from rich.console import Console
from rich.table import Table
from rows import Figure, Row

HERE = Path(__file__).parent
_COLUMNS = ("", "ours", "peer or limit", "theirs", "ratio", "wanted", "holds")
_MANY = 1000
_SEVERAL = 10
_INTRODUCTION = """# Speed, side by side

Made by `make bench`. Everything was measured on one machine in one run, ours and theirs in turn;
each figure is the median of its rounds, with the quartiles in brackets. A ratio is ours to theirs
within a round: of throughputs the higher the better, of times the lower. Ratios carry over to other
machines better than figures do.
"""


def show(parts: dict[str, list[Row]]) -> None:
    """Print one table."""
    table = Table(title="Speed side by side", title_justify="left")
    for number, column in enumerate(_COLUMNS):
        table.add_column(column, justify="right" if number in {1, 3, 4} else "left")
    for rows in parts.values():
        for row in rows:
            table.add_row(*_cells(row, _middle))
        table.add_section()
    Console(width=None if Console().is_terminal else 160).print(table)


def write(parts: dict[str, list[Row]], circumstances: dict[str, str], folder: Path = HERE) -> None:
    """Write results.md, results.json and the charts."""
    folder.joinpath("results.md").write_text(_markdown(parts, circumstances), encoding="utf-8")
    document = {
        "circumstances": circumstances,
        "rows": [
            {"part": part, **asdict(row), "holds": row.holds}
            for part, rows in parts.items()
            for row in rows
        ],
    }
    text = json.dumps(document, indent=2) + "\n"
    folder.joinpath("results.json").write_text(text, encoding="utf-8")
    write_charts([row for rows in parts.values() for row in rows], folder)


def _markdown(parts: dict[str, list[Row]], circumstances: dict[str, str]) -> str:
    rows = [row for part in parts.values() for row in part]
    wanted = [row for row in rows if row.target]
    kept = sum(bool(row.holds) for row in wanted)
    lines = [_INTRODUCTION, f"{kept} of {len(wanted)} targets hold.", ""]
    lines += [_line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
    lines += [_line(_cells(row)) for row in rows]
    lines += ["", "![A visit's cost by the length of the run](cost-by-events.png)", ""]
    lines += ["![A visit's cost by the number of actions](cost-by-actions.png)", ""]
    lines += [_line(("measured with", "")), _line(("---", "---"))]
    lines += [_line(pair) for pair in circumstances.items()]
    lines += ["", HERE.joinpath("notes.md").read_text(encoding="utf-8").rstrip()]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row, text: Callable[[Figure], str] | None = None) -> tuple[str, ...]:
    """Return a row's texts; `text` writes the two figures, the ratio always has its quartiles."""
    text = text or _text
    return (
        row.name,
        f"{text(row.ours)} {row.unit}",
        row.peer,
        "" if row.theirs is None else f"{text(row.theirs)} {row.unit}",
        "" if row.ratio is None else _text(row.ratio),
        "" if row.target is None else str(row.target),
        {None: "", True: "yes", False: "NO"}[row.holds],
    )


def _text(figure: Figure) -> str:
    middle, low, high = (_format_number(one) for one in (figure.median, figure.low, figure.high))
    return f"{middle} ({low}-{high})"


def _middle(figure: Figure) -> str:
    return _format_number(figure.median)


def _format_number(number: float) -> str:
    size = abs(number)
    decimals = 0 if size >= _MANY else 1 if size >= _SEVERAL else 2
    return f"{number:,.{decimals}f}"
