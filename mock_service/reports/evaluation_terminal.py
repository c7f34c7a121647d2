"""An evaluation on the terminal: a verdict, a table, and the intervals side by side."""

from collections.abc import Sequence
from math import isfinite

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mock_service.evaluation.estimators import Estimate, Estimator
from mock_service.evaluation.evaluate_log import SearchResult
from mock_service.evaluation.evaluator import PolicyEvaluation
from mock_service.evaluation.log_report import EvaluationReport
from mock_service.evaluation.pages import PagesEvaluation
from mock_service.evaluation.policies import PolicySource

_WIDE = 48
_FEATURES = 8
_SLOTS = 3
_REASONS = {
    Estimator.DR: "doubly robust",
    Estimator.SNIPS: "self-normalised inverse propensities",
}


def show(console: Console, evaluated: EvaluationReport) -> None:
    """Print what was found."""
    study = evaluated.study
    console.print(Text(evaluated.headline))
    for index, why in evaluated.complaints[:1]:
        console.print(Text(f"first damaged line: {index}: {why}"))
    for words in evaluated.words:
        console.print(Text(f"\n{words}"))
    console.print(_table(study.verdicts, "Mean reward a decision"))
    console.print(_intervals(study.verdicts))
    if study.pages is not None:
        console.print(_pages_table(study.pages))
    if study.importance:
        console.print(_importance(evaluated))
    if evaluated.found is not None:
        _show_search(console, evaluated.found)


def _table(verdicts: Sequence[PolicyEvaluation], title: str) -> Table:
    best = verdicts[-1].best
    table = Table(
        title=f"{title} ({_REASONS.get(best, best.value)}), with 95% intervals",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("policy", no_wrap=True)
    for heading in ("mean reward", "more than online", "on its own", "effective"):
        table.add_column(heading, justify="right")
    for one in verdicts:
        table.add_row(
            Text(one.policy.name),
            _around(one.best_estimate),
            "" if one.policy.source is PolicySource.ONLINE else _around(one.uplift, signed=True),
            "" if one.replay is None else _around(one.replay.mean_reward),
            f"{one.overlap.effective:,.0f}",
        )
    return table


def _around(estimate: Estimate, *, signed: bool = False) -> str:
    """Return an estimate with how far its interval reaches."""
    if estimate.value is None:
        return "-"
    value = f"{estimate.value:+.3f}" if signed else f"{estimate.value:.3f}"
    return value if estimate.high is None else f"{value} ±{estimate.high - estimate.value:.3f}"


def _intervals(verdicts: Sequence[PolicyEvaluation]) -> Text:
    """Draw each policy's interval on one scale."""
    known = [one.best_estimate for one in verdicts if one.best_estimate.low is not None]
    ends = [end for one in known for end in (one.low, one.high) if end is not None]
    if not ends or not all(map(isfinite, ends)):
        return Text("")
    low, high = min(ends), max(ends)
    name = max(len(one.policy.name) for one in verdicts)
    lines = [
        f"{one.policy.name:>{name}} ┤{_draw_interval(one.best_estimate, low, (high - low) or 1.0)}"
        for one in verdicts
    ]
    left = f"{low:.3f}"
    lines.append(f"{'':>{name + 2}}{left}{f'{high:.3f}':>{_WIDE - len(left)}}")
    return Text("\n".join(lines), no_wrap=True)


def _draw_interval(estimate: Estimate, low: float, spread: float) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return ""
    first, middle, last = (
        round((end - low) / spread * (_WIDE - 1))
        for end in (estimate.low, estimate.value, estimate.high)
    )
    cells = ["─" if first <= index <= last else " " for index in range(_WIDE)]
    cells[max(0, min(_WIDE - 1, middle))] = "●"
    return "".join(cells)


def _pages_table(pages: PagesEvaluation) -> Table:
    """Return what whole pages earn, and each of the first few slots."""
    table = Table(
        title=f"\nMean reward a page, of {pages.pages:,} pages, with 95% intervals",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("policy", no_wrap=True)
    slots = min(_SLOTS, max((len(one.slots) for one in pages.policies), default=0))
    numbered = [f"slot {number + 1}" for number in range(slots)]
    for heading in ("per decision", "pseudo inverse", *numbered):
        table.add_column(heading, justify="right")
    for one in pages.policies:
        values = (one.per_decision, one.pseudo_inverse, *one.slots[:slots])
        table.add_row(Text(one.policy.name), *(_around(value.mean_reward) for value in values))
    return table


def _importance(evaluated: EvaluationReport) -> Table:
    table = Table("feature", title="\nWhat choices hang on", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("importance", justify="right")
    for one in evaluated.study.importance[:_FEATURES]:
        table.add_row(Text(str(one.feature)), f"{one.score:.2f}")
    return table


def _show_search(console: Console, found: SearchResult) -> None:
    console.print(
        Text(
            f"\nSearched {found.trials:,} policies on the earlier {found.decisions:,} decisions; "
            "judged on the later ones, which the search has not seen:"
        )
    )
    console.print(_table([*found.best, *found.others], "Mean reward a held-out decision"))
    for one in found.best:
        console.print(Text(f'{one.policy.name}: --policy "{one.policy.arguments}"'), soft_wrap=True)
