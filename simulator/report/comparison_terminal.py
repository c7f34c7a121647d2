"""A comparison on the terminal: the verdict, and a row for each setting."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.engine.run_warnings import clock_text, duration_text
from simulator.experiment.comparison import ComparisonResult, SettingResult
from simulator.report.comparison_tables import learning_text, probability_text
from simulator.report.terminal import show_warnings


def show_comparison(console: Console, findings: ComparisonResult, verdict: Sequence[str]) -> None:
    """Print the verdict in words and the table it rests on."""
    first, *others = verdict
    console.print(Text(first, style="bold"))
    for sentence in others:
        console.print(Text(sentence))
    show_warnings(console, findings.warnings)
    console.print(Text(circumstances(findings)))
    console.print(_table(findings))


def circumstances(findings: ComparisonResult) -> str:
    """Return in a sentence what time a run covers, and how long the baseline's loop waits."""
    covered, wait = findings.covered, findings.reward_wait
    return (
        f"A run's visits end at {clock_text(covered)}, after {duration_text(covered)}; the loop "
        f"waits {duration_text(wait)} for rewards."
    )


def _table(findings: ComparisonResult) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("setting", overflow="fold")
    for heading in (findings.plan.objective.name, "vs baseline", "is best", "regret", "to 90%"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in findings.results:
        leads = result is findings.leader and findings.has_verdict
        table.add_row(*map(Text, _row(findings, result)), style="bold" if leads else None)
    return table


def _row(findings: ComparisonResult, result: SettingResult) -> tuple[str, ...]:
    difference = result.difference
    return (
        result.label,
        f"{result.objective:.4f}",
        "baseline"
        if difference is None
        else f"{difference.estimate:+.4f} ± {difference.high - difference.estimate:.4f}",
        probability_text(findings, result),
        f"{result.regret.estimate:,.1f}",
        learning_text(result).removesuffix(" of runs"),
    )
