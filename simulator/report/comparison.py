"""A comparison as files: the page, its pictures, a row a run, and the figures for programs."""

import json
from pathlib import Path

from mock_service.reports.page import Page, Section, write_page, write_pictures
from simulator.experiment.advise import Advice
from simulator.experiment.comparison import ComparisonResult
from simulator.experiment.recommendation import recommend
from simulator.report.comparison_charts import action_mix, comparison_charts, slot_mix
from simulator.report.comparison_files import to_command, to_summary, versions, write_results
from simulator.report.comparison_tables import (
    advice_table,
    budget_table,
    effect_tables,
    exploration_table,
    groups_table,
    guards_table,
    results_table,
    slots_table,
)
from simulator.report.comparison_terminal import circumstances


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
    ahead, *courses = comparison_charts(findings)
    sections = [
        Section("Which is ahead", (ahead, results_table(findings))),
        *_advice(advice),
        *_who_loses(findings),
        *_guardrails(findings),
        *_factors(findings),
        Section("How it went", courses),
        *_exploration(findings),
        *_slots(findings),
        Section(
            "What was shown",
            action_mix(findings),
            (_ABOUT_SHARES.format(of="slots" if plan.scenario.slots else "visits"),),
            narrow=True,
        ),
    ]
    return Page(
        title=f"{plan.scenario.title}: {len(plan.settings)} settings compared",
        subtitle=_subtitle(findings),
        verdict=(*(advice.sentences if advice else ()), *recommend(findings)),
        warnings=[warning.message for warning in findings.warnings],
        sections=sections,
        command=to_command(findings, advice),
        versions=versions(),
    )


_ABOUT_SHARES = "The share of each profile's {of} in which each action was shown."


def _slots(findings: ComparisonResult) -> list[Section]:
    """Return how each slot of a page fared, and where each action stood."""
    if not findings.plan.scenario.slots:
        return []
    about = ("The share of visits in which each action stood in that slot.",)
    return [
        Section("Slot by slot", (slots_table(findings),)),
        Section("Where each action stood", slot_mix(findings), about, narrow=True),
    ]


def _subtitle(findings: ComparisonResult) -> str:
    plan = findings.plan
    seeds = "at most " if plan.until_decided and findings.seeds < len(plan.seeds) else ""
    return (
        f"{plan.source}, {plan.rounds:,} visits with each of {seeds}{len(plan.seeds)} seeds"
        f"{f' ({findings.seeds} were enough)' if seeds else ''}. {circumstances(findings)}"
    )


def _advice(advice: Advice | None) -> list[Section]:
    if advice is None or not advice.steps:
        return []
    budget = [budget_table(advice.budget)] if advice.budget else []
    return [Section("Which rate for how long", (advice_table(advice), *budget))]


def _who_loses(findings: ComparisonResult) -> list[Section]:
    if not any(result.groups for result in findings.results):
        return []
    return [Section(f"Who gains and who loses, by {findings.plan.by}", (groups_table(findings),))]


def _guardrails(findings: ComparisonResult) -> list[Section]:
    return [Section("Guardrails", (guards_table(findings),))] if findings.plan.guards else []


def _factors(findings: ComparisonResult) -> list[Section]:
    if findings.effects is None:
        return []
    return [Section("What each factor does", effect_tables(findings, findings.effects))]


def _exploration(findings: ComparisonResult) -> list[Section]:
    """Return what exploration cost and what it brought, apart, if it was varied."""
    if "exploration" not in [factor.name for factor in findings.plan.factors]:
        return []
    heading = "What exploration cost, and what it brought"
    return [Section(heading, (exploration_table(findings),))]
