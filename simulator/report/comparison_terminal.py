"""A comparison on the terminal: the verdict, and a row for each setting."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.experiment.comparison import SettingResult
from simulator.report.comparison import learning_text
from simulator.report.notebook import Comparison


def show_comparison(console: Console, comparison: Comparison) -> None:
    """Print the verdict in words and the table it rests on."""
    first, *others = comparison.verdict
    console.print(Text(first, style="bold"))
    for sentence in others:
        console.print(Text(sentence))
    console.print(_table(comparison))


def _table(comparison: Comparison) -> Table:
    findings = comparison.findings
    table = Table(box=SIMPLE_HEAD)
    table.add_column("setting", overflow="fold")
    for heading in (findings.plan.objective.name, "vs baseline", "best in", "regret", "to 90%"):
        table.add_column(heading, justify="right")
    for result in findings.results:
        style = "bold" if result is findings.leader else None
        table.add_row(*map(Text, _row(result)), style=style)
    return table


def _row(result: SettingResult) -> tuple[str, ...]:
    difference = result.difference
    return (
        result.label,
        f"{result.objective:.4f}",
        "baseline"
        if difference is None
        else f"{difference.estimate:+.4f} ± {difference.high - difference.estimate:.4f}",
        f"{result.best_probability:.0%}",
        f"{result.regret.estimate:,.1f}",
        learning_text(result),
    )
