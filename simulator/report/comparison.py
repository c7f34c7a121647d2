"""A comparison as files: the page, its pictures, a row a run, and the figures for programs."""

import csv
import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from platform import python_version

from mock_service.reports.page import Page, PageTable, Section, write_page, write_pictures
from simulator.experiment.advise import Advice
from simulator.experiment.comparison import ComparisonResult, SettingResult
from simulator.experiment.recommendation import recommend
from simulator.experiment.statistics import Interval
from simulator.report.comparison_charts import action_mix, comparison_charts

_PACKAGES = ("personalizer-lab", "vowpalwabbit", "numpy", "scipy", "altair")
METRICS = (
    "mean_value",
    "late_value",
    "mean_reward",
    "regret",
    "best_value",
    "blind_value",
    "favoured_value",
    "events_to_learn",
)


def write_comparison(findings: ComparisonResult, advice: Advice | None, folder: Path) -> None:
    """Write report.html, a PNG file of each chart, results.csv and summary.json."""
    page = comparison_page(findings, advice)
    write_page(page, folder / "report.html")
    write_pictures(page, folder)
    write_results(findings, folder / "results.csv")
    document = json.dumps(to_summary(findings, advice), indent=2)
    (folder / "summary.json").write_text(document + "\n", encoding="utf-8")


def comparison_page(findings: ComparisonResult, advice: Advice | None) -> Page:
    """Return the report."""
    plan = findings.plan
    sections = [
        Section("Which is ahead", (*comparison_charts(findings)[:1], results_table(findings))),
        Section("How it went", comparison_charts(findings)[1:]),
        *_exploration(findings),
        Section(
            "What was shown",
            action_mix(findings),
            ("The share of each profile's visits in which each action was shown.",),
            narrow=True,
        ),
    ]
    if advice is not None:
        sections.insert(1, Section("Which rate for how long", (_advice_table(advice),)))
    return Page(
        title=f"{plan.scenario.title}: {len(plan.settings)} settings compared",
        subtitle=f"{plan.source}, {plan.rounds:,} visits with each of {len(plan.seeds)} seeds",
        verdict=(*(advice.sentences if advice else ()), *recommend(findings)),
        sections=sections,
        command=to_command(findings, advised=advice is not None),
        versions=versions(),
    )


def results_table(findings: ComparisonResult) -> PageTable:
    """Return a row for each setting."""
    unit = findings.plan.objective.name
    return PageTable(
        (
            "setting",
            unit,
            f"difference to {findings.baseline.label}",
            "best in",
            "regret",
            "last quarter's value",
            "visits to 90%",
        ),
        [_row(result) for result in findings.results],
        "Means over the seeds. A difference stands with its 95% interval, corrected for the number "
        "of settings. 'Best in' is the share of resamples of the seeds in which the setting has "
        "the highest mean. Visits to 90%: until what the policy favours brings 90% of what "
        "learning can add over blind choice; the median over seeds, "
        "if half of the runs came that far.",
        marked=frozenset({findings.best}),
    )


def _row(result: SettingResult) -> tuple[str, ...]:
    return (
        result.label,
        f"{result.objective:.4f}",
        "baseline" if result.difference is None else interval_text(result.difference, signed=True),
        f"{result.best_probability:.0%}",
        f"{result.regret.estimate:,.1f}",
        f"{result.late_value:.4f}",
        learning_text(result),
    )


def learning_text(result: SettingResult) -> str:
    """Return how many visits it took to learn, or in how few runs it came to that."""
    if result.events_to_learn is not None:
        return f"{result.events_to_learn:,.0f}"
    return "never" if not result.learned_share else f"in {result.learned_share:.0%} of runs"


def interval_text(interval: Interval, *, signed: bool = False) -> str:
    """Return an estimate with its interval."""
    sign = "+" if signed else ""
    estimate, low, high = (
        f"{round(figure, 4) + 0.0:{sign}.4f}"  # adding zero makes -0.0 a plain 0.0
        for figure in (interval.estimate, interval.low, interval.high)
    )
    return f"{estimate} [{low}, {high}]"


def _exploration(findings: ComparisonResult) -> list[Section]:
    """Return what exploration cost and what it brought, apart, if it was varied."""
    if "exploration" not in [factor.name for factor in findings.plan.factors]:
        return []
    rows = [
        (
            result.label,
            "-" if result.exploration_cost is None else interval_text(result.exploration_cost),
            "-"
            if result.exploration_benefit is None
            else interval_text(result.exploration_benefit, signed=True),
            f"{result.mean_value:.4f}",
        )
        for result in findings.results
    ]
    caption = (
        "Per visit. The cost is what is lost by showing something else than what the policy "
        "favours at that moment. The benefit is how much more its favourites are worth than those "
        "of the same setting that never explores, on the same users. A policy that finds every "
        "action equally probable favours none, and has neither."
    )
    columns = ("setting", "cost of exploration", "benefit of exploration", "true value")
    return [
        Section("What exploration cost, and what it brought", (PageTable(columns, rows, caption),))
    ]


def _advice_table(advice: Advice) -> PageTable:
    rows = [
        (f"{step.visits:,}", step.rate, f"{step.value:.4f}", f"{step.probability:.0%}")
        for step in advice.steps
    ]
    return PageTable(
        ("visits", "best rate", "value per visit", "best in"),
        rows,
        "If the loop ran for only so many visits, this rate would have brought most in all.",
        words=frozenset({1}),
    )


def write_results(findings: ComparisonResult, path: Path) -> None:
    """Write a row a run; the same plan gives the same bytes, wherever the runs were done."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(_rows(findings))


def _rows(findings: ComparisonResult) -> Iterator[Sequence[object]]:
    plan = findings.plan
    yield [*(factor.name for factor in plan.factors), "seed", "rounds", *METRICS]
    for setting, runs in zip(plan.settings, findings.metrics, strict=True):
        levels = [text for _, text in setting.levels]
        for seed, run in zip(plan.seeds, runs, strict=True):
            yield [*levels, seed, run.rounds, *(getattr(run, name) for name in METRICS)]


def to_summary(findings: ComparisonResult, advice: Advice | None = None) -> dict[str, object]:
    """Return the findings as what JSON can hold."""
    plan = findings.plan
    return {
        "scenario": plan.scenario.name,
        "seeds": len(plan.seeds),
        "rounds": plan.rounds,
        "objective": plan.objective.name,
        "baseline": dict(findings.baseline.setting.levels),
        "best": dict(findings.leader.setting.levels),
        "verdict": recommend(findings),
        "advice": None if advice is None else asdict(advice),
        "settings": [_result(result) for result in findings.results],
        "command": to_command(findings, advised=advice is not None),
        "versions": dict(versions()),
    }


def _result(result: SettingResult) -> dict[str, object]:
    metrics = {
        name: asdict(value) if isinstance(value, Interval) else value
        for name in SettingResult.__slots__
        if name != "setting"
        for value in [getattr(result, name)]
    }
    return {"levels": dict(result.setting.levels), **metrics}


def to_command(findings: ComparisonResult, *, advised: bool = False) -> str:
    """Return the command that makes this comparison again."""
    plan = findings.plan
    words = ["personalizer-lab", "compare", plan.source]
    if advised:
        words += ["--advise", "exploration"]
    for factor in plan.factors:
        words += ["--vary", f"{factor.name}={','.join(factor.levels)}"]
    for name, text in findings.baseline.setting.levels:
        words += ["--baseline", f"{name}={text}"]
    words += ["--objective", plan.objective.name]
    words += ["--seeds", str(len(plan.seeds)), "--rounds", str(plan.rounds)]
    return shlex.join(words)


def versions() -> list[tuple[str, str]]:
    """Return what the figures hang on, by name and version."""
    return [("Python", python_version()), *((name, version(name)) for name in _PACKAGES)]
