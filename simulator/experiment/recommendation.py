"""The findings in words: which setting, by how much, how sure, and what it would take to know."""

import numpy as np

from simulator.experiment.comparison import ComparisonResult, SettingResult
from simulator.experiment.statistics import MAX_SEEDS, Interval, critical_value, recommended_seeds

_MANY = 4


def recommend(findings: ComparisonResult) -> list[str]:
    """Return sentences; the first says what to do."""
    if len(findings.results) == 1:
        return [_alone(findings)]
    return [
        _headline(findings),
        *_to_the_baseline(findings),
        _how_sure(findings),
        *_rivals(findings),
    ]


def _alone(findings: ComparisonResult) -> str:
    only = findings.leader
    return f"Nothing to compare: {only.label} brings {only.objective:.4f} {_unit(findings)}."


def _headline(findings: ComparisonResult) -> str:
    leader, baseline = findings.leader, findings.baseline
    if leader is baseline:
        if _contenders(findings):
            return f"Keep {baseline.label}: no setting is ahead of it."
        return f"Keep {baseline.label}: every other setting is worth less."
    difference = _require_interval(leader.difference)
    if difference.excludes_zero:
        return (
            f"Ship {leader.label}: it beats {baseline.label} by {_amount(difference)} "
            f"{_unit(findings)}."
        )
    return (
        f"Undecided: {leader.label} is ahead of {baseline.label} by {_amount(difference)} "
        f"{_unit(findings)}, which may be chance."
    )


def _to_the_baseline(findings: ComparisonResult) -> list[str]:
    leader, seeds = findings.leader, len(findings.plan.seeds)
    if leader.difference is None:
        return []
    if leader.difference.excludes_zero:
        relative = _relative(leader, findings.baseline)
        return [relative] if relative else []
    return [_further(leader.seeds_to_decide, seeds)]


def _how_sure(findings: ComparisonResult) -> str:
    comparisons = len(findings.results) - 1
    corrected = f", corrected for {comparisons} comparisons" if comparisons > 1 else ""
    return (
        f"{findings.leader.label} has the highest mean in {findings.leader.best_probability:.0%} "
        f"of the resamples of {len(findings.plan.seeds)} seeds; the intervals hold with 95% "
        f"confidence{corrected}."
    )


def _rivals(findings: ComparisonResult) -> list[str]:
    """Name what cannot be told from the leader, and what it would take to tell the nearest."""
    rivals = _contenders(findings)
    if not rivals:
        return [f"Every other setting is shown to be worse than {findings.leader.label}."]
    named = ", ".join(rival.label for rival in rivals[:_MANY])
    more = f" and {len(rivals) - _MANY} more" if len(rivals) > _MANY else ""
    told = f"Perhaps just as good as {findings.leader.label}: {named}{more}."
    if findings.leader.difference and not findings.leader.difference.excludes_zero:
        return [told]
    return [f"{told} {_further(_seeds_to_tell(findings, rivals[0]), len(findings.plan.seeds))}"]


def _seeds_to_tell(findings: ComparisonResult, rival: SettingResult) -> int | None:
    """Return how many seeds would tell the rival from the leader."""
    runs = findings.metrics[findings.best], findings.metrics[findings.results.index(rival)]
    of = findings.plan.objective.of
    pairs = zip(*runs, strict=True)
    differences = np.array([[of(leading) - of(rivalling)] for leading, rivalling in pairs])
    return recommended_seeds(differences[:, 0], critical_value(differences))


def _contenders(findings: ComparisonResult) -> list[SettingResult]:
    """Return what cannot be told from the leader, the nearest first."""
    rivals = [result for result in findings.results if result.contender]
    ordered = sorted(rivals, key=lambda result: -result.objective)
    return [result for result in ordered if result is not findings.leader]


def _further(seeds: int | None, run: int) -> str:
    if seeds is None:
        return f"Even {MAX_SEEDS:,} seeds would hardly tell so small a difference from none."
    return (
        f"About {max(1, seeds - run):,} more seeds (--resume --seeds {max(seeds, run + 1)}) would "
        "tell a difference of this size in 8 of 10 cases."
    )


def _relative(leader: SettingResult, baseline: SettingResult) -> str:
    if baseline.objective <= 0:
        return ""
    share = leader.objective / baseline.objective - 1
    return f"That is {share:.1%} more: {leader.objective:.4f} against {baseline.objective:.4f}."


def _amount(interval: Interval) -> str:
    return f"{interval.estimate:.4f} [{interval.low:.4f}, {interval.high:.4f}]"


def _unit(findings: ComparisonResult) -> str:
    return findings.plan.objective.about


def _require_interval(interval: Interval | None) -> Interval:
    if interval is None:
        raise TypeError("only the baseline has no difference to it")
    return interval
