"""Results as Python sees them: in words, as a pandas frame, and as a notebook shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mock_service.reports.page import PageTable, snippet_html
from simulator.experiment.advise import Advice
from simulator.experiment.comparison import ComparisonResult, SettingResult
from simulator.experiment.recommendation import recommend
from simulator.report.comparison import METRICS, results_table, to_summary, write_comparison
from simulator.report.summary import Summary

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
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
        write_comparison(self.findings, self.advice, Path(folder))

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
                for seed, run in zip(plan.seeds, runs, strict=True)
            ]
        )

    def _repr_html_(self) -> str:
        return snippet_html(results_table(self.findings), self.verdict)


@dataclass(frozen=True, slots=True)
class Simulation:
    """A finished run."""

    summary: Summary

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
        return snippet_html(table, (line,))


def _frame(rows: Sequence[Mapping[str, object]]) -> "pd.DataFrame":
    """Return rows as a pandas frame; only this needs pandas, which need not be installed."""
    frame: pd.DataFrame = import_module("pandas").DataFrame(rows)
    return frame
