"""A comparison for programs: a row a run, and everything that was found as JSON."""

import csv
import shlex
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import msgspec

from simulator.engine.groups import PROFILE
from simulator.experiment.advise import Advice
from simulator.experiment.comparison import ComparisonResult, SettingResult
from simulator.experiment.recommendation import recommend
from simulator.report.summary import CoveredTime

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


def write_results(findings: ComparisonResult, path: Path) -> None:
    """Write a row a run; the same plan gives the same bytes, wherever the runs were done."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(_rows(findings))


def _rows(findings: ComparisonResult) -> Iterator[Sequence[object]]:
    plan = findings.plan
    yield [*(factor.name for factor in plan.factors), "seed", "rounds", *METRICS]
    for setting, runs in zip(plan.settings, findings.metrics, strict=True):
        levels = [text for _, text in setting.levels]
        for seed, run in zip(plan.seeds, runs, strict=False):
            yield [*levels, seed, run.rounds, *(getattr(run, name) for name in METRICS)]


def to_summary(findings: ComparisonResult, advice: Advice | None = None) -> dict[str, object]:
    """Return the findings as what JSON can hold."""
    plan = findings.plan
    return {
        "scenario": plan.scenario.name,
        "seeds": findings.seeds,
        "rounds": plan.rounds,
        "covered": msgspec.to_builtins(CoveredTime(0.0, findings.covered.total_seconds())),
        "objective": plan.objective.name,
        "worth": plan.worth,
        "by": plan.by,
        "baseline": dict(findings.baseline.setting.levels),
        "best": dict(findings.leader.setting.levels) if findings.has_verdict else None,
        "best_value": findings.leader_value if findings.has_verdict else None,
        "verdict": recommend(findings),
        "warnings": msgspec.to_builtins(findings.warnings),
        "advice": msgspec.to_builtins(advice),
        "settings": [_result(result) for result in findings.results],
        "effects": msgspec.to_builtins(findings.effects),
        "looks": list(findings.looks),
        "command": to_command(findings, advice),
        "versions": dict(versions()),
    }


def _result(result: SettingResult) -> dict[str, object]:
    metrics = {
        name: msgspec.to_builtins(getattr(result, name))
        for name in SettingResult.__slots__
        if name != "setting"
    }
    return {"levels": dict(result.setting.levels), **metrics}


def to_command(findings: ComparisonResult, advice: Advice | None = None) -> str:
    """Return the command that makes this comparison again."""
    plan = findings.plan
    words = ["personalizer-lab", "compare", plan.source]
    if advice is not None:
        words += ["--advise", "exploration"]
        words += ["--budget", f"{advice.budget.budget:g}"] if advice.budget else []
    for factor in plan.factors:
        words += ["--vary", f"{factor.name}={','.join(factor.levels)}"]
    for name, text in findings.baseline.setting.levels:
        words += ["--baseline", f"{name}={text}"]
    words += ["--objective", plan.objective.name]
    if plan.worth is not None:
        words += ["--worth", f"{plan.worth:g}"]
    words += ["--by", plan.by] if plan.by != PROFILE else []
    for guard in plan.guards:
        words += ["--guard", guard.text]
    words += ["--until-decided", "--max-seeds"] if plan.until_decided else ["--seeds"]
    return shlex.join([*words, str(len(plan.seeds)), "--rounds", str(plan.rounds)])


def versions() -> list[tuple[str, str]]:
    """Return what the figures hang on, by name and version."""
    return [("Python", python_version()), *((name, version(name)) for name in _PACKAGES)]
