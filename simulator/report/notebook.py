"""Results as Python sees them: in words, as a pandas frame, and as a notebook shows them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import lazy_loader
from rich.console import Console

from mock_service.reports.page import PageTable, snippet_html
from simulator.engine.run_warnings import RunWarning
from simulator.experiment.advise import Advice
from simulator.experiment.comparison import ComparisonResult, SettingResult
from simulator.experiment.recommendation import recommend
from simulator.report.comparison_files import METRICS, to_summary
from simulator.report.comparison_tables import results_table
from simulator.report.comparison_terminal import show_comparison
from simulator.report.summary import Summary
from simulator.report.terminal import show_summary

if TYPE_CHECKING:
    import pandas as pd

    from simulator.report import comparison
else:  # charts take a while to import, and many comparisons draw none
    comparison = lazy_loader.load("simulator.report.comparison", suppress_warning=True)

_WIDTH = 100


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """A finished comparison."""

    findings: ComparisonResult
    advice: Advice | None = None

    @property
    def verdict(self) -> list[str]:
        """What to do and how sure that is, in sentences."""
        advised = self.advice.sentences if self.advice else ()
        return [*advised, *recommend(self.findings)]

    @property
    def warnings(self) -> tuple[RunWarning, ...]:
        """What must be known before the verdict is believed."""
        return self.findings.warnings

    @property
    def best(self) -> SettingResult:
        """The setting of highest mean objective."""
        return self.findings.leader

    @property
    def results(self) -> tuple[SettingResult, ...]:
        """A result for each setting."""
        return self.findings.results

    def as_dict(self) -> dict[str, object]:
        """Return what summary.json holds."""
        return to_summary(self.findings, self.advice)

    def write(self, folder: Path | str) -> None:
        """Write report.html, the pictures, results.csv and summary.json."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        comparison.write_comparison(self.findings, self.advice, Path(folder))

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas frame with a row for each run; needs pandas."""
        plan = self.findings.plan
        return _frame(
            [
                {
                    **dict(setting.levels),
                    "seed": seed,
                    **{name: getattr(run, name) for name in METRICS},
                }
                for setting, runs in zip(plan.settings, self.findings.metrics, strict=True)
                for seed, run in zip(plan.seeds, runs, strict=False)
            ]
        )

    def __repr__(self) -> str:
        """Say in a line what was compared, and what came of it."""
        plan = self.findings.plan
        return f"<Comparison of {len(plan.settings)} settings of {plan.source}: {self.verdict[0]}>"

    def __str__(self) -> str:
        """Show what the command prints."""
        return _print(lambda console: show_comparison(console, self.findings, self.verdict))

    def _repr_html_(self) -> str:
        warnings = [f"Warning: {warning.message}" for warning in self.warnings]
        return snippet_html(results_table(self.findings), [*self.verdict, *warnings])


@dataclass(frozen=True, slots=True, repr=False)
class Simulation:
    """A finished run."""

    summary: Summary

    @property
    def warnings(self) -> list[RunWarning]:
        """What must be known before the figures are believed."""
        return self.summary.warnings

    def as_dict(self) -> dict[str, object]:
        """Return what the command prints with ``--json``."""
        return self.summary.as_dict()

    def __repr__(self) -> str:
        """Say in a line what was run, and what it earned."""
        summary = self.summary
        return (
            f"<Simulation of {summary.scenario}: {summary.rounds:,} visits, seed {summary.seed}, "
            f"mean reward {summary.mean_reward}>"
        )

    def __str__(self) -> str:
        """Show what the command prints."""
        return _print(lambda console: show_summary(console, self.summary))

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas frame of the learning curve; needs pandas."""
        return _frame([asdict(point) for point in self.summary.curve])

    def _repr_html_(self) -> str:
        summary = self.summary
        means = [
            ("Personalizer", summary.mean_reward),
            *((name, baseline.mean_reward) for name, baseline in summary.baselines.items()),
        ]
        rows = [(name, "-" if mean is None else f"{mean:.4f}") for name, mean in means]
        table = PageTable(("", "mean reward"), rows, marked=frozenset({0}))
        line = f"{summary.scenario}: {summary.rounds:,} visits, seed {summary.seed}"
        warnings = [f"Warning: {warning.message}" for warning in self.warnings]
        return snippet_html(table, (line, *warnings))


def _print(show: Callable[[Console], None]) -> str:
    """Return what is shown on a console of 100 columns, without colours."""
    text = StringIO()
    show(Console(file=text, width=_WIDTH, color_system=None))
    return text.getvalue()


def _frame(rows: Sequence[Mapping[str, object]]) -> "pd.DataFrame":
    """Return rows as a pandas frame; only this needs pandas, which need not be installed."""
    frame: pd.DataFrame = import_module("pandas").DataFrame(rows)
    return frame
