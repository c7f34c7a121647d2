"""The findings in words: which setting, by how much, how sure, and what it would take to know."""

from collections.abc import Iterator

import numpy as np

from simulator.experiment.comparison import ComparisonResult, SettingResult
from simulator.experiment.statistics import (
    MAX_SEEDS,
    MIN_TO_JUDGE,
    Interval,
    critical_value,
    recommended_seeds,
)

_MANY = 4
_ENOUGH = 8
"""Seeds to ask for where there are too few to judge."""


def recommend(findings: ComparisonResult) -> list[str]:
    """Return sentences; the first says what to do."""
    if not findings.has_verdict:
        return [_no_verdict(findings)]
    return [
        _headline(findings),
        *_to_the_baseline(findings),
        _how_sure(findings),
        *_rivals(findings),
        *_worth(findings),
        *_losers(findings),
        *_guardrails(findings),
    ]


def _no_verdict(findings: ComparisonResult) -> str:
    if any(warning.voids_verdict for warning in findings.warnings):
        return "No verdict: the runs cannot tell these settings apart, as the warnings say."
    return (
        f"No verdict: {findings.seeds} seeds are too few to judge by, so these are figures only. "
        f"Go on with --resume --seeds {_ENOUGH}, or more; {MIN_TO_JUDGE} are the least."
    )


def _headline(findings: ComparisonResult) -> str:
    leader, baseline = findings.leader, findings.baseline
    if leader is baseline:
        if _contenders(findings):
            return f"Keep {baseline.label}: no setting is ahead of it."
        return f"Keep {baseline.label}: every other setting is worth less."
    difference = _require_interval(leader.difference)
    ahead = (
        f"{leader.label} is ahead of {baseline.label} by {_amount(difference)} {_unit(findings)}"
    )
    if leader.broken_guards:
        broken = ", ".join(
            f"{one.guard} ({_amount(one.difference)})" for one in leader.broken_guards
        )
        return f"No recommendation: {ahead}, but it breaks a guardrail: {broken}."
    if difference.excludes_zero:
        return (
            f"Ship {leader.label}: it beats {baseline.label} by {_amount(difference)} "
            f"{_unit(findings)}."
        )
    return f"Undecided: {ahead}, which may be chance."


def _to_the_baseline(findings: ComparisonResult) -> list[str]:
    leader = findings.leader
    if leader.difference is None:
        return []
    if leader.difference.excludes_zero:
        return [_value(findings)]
    return [_further(findings, leader.seeds_to_decide)]


def _value(findings: ComparisonResult) -> str:
    """Say what the leader is worth by seeds that had no say in who leads."""
    value, baseline = findings.leader_value, findings.baseline.objective
    if findings.baseline.seeds < findings.leader.seeds:  # its mean is of other users
        return f"Corrected for having been chosen, it is worth {value:.4f}."
    relative = f", {value / baseline - 1:+.1%}" if baseline > 0 else ""
    return (
        f"Corrected for having been chosen, it is worth {value:.4f} against {baseline:.4f}"
        f"{relative}."
    )


def _how_sure(findings: ComparisonResult) -> str:
    leader, comparisons = findings.leader, len(findings.results) - 1
    said = (
        f"{leader.label} is the best of these with a probability of "
        f"{leader.best_probability or 0.0:.0%}, from {findings.seeds} seeds"
    )
    if findings.plan.until_decided:
        return (
            f"{said}; in at most 5 of 100 comparisons is any setting of equal worth called "
            "different, at any of its looks."
        )
    corrected = f", corrected for {comparisons} comparisons" if comparisons > 1 else ""
    return f"{said}; the intervals hold with 95% confidence{corrected}."


def _rivals(findings: ComparisonResult) -> list[str]:
    """Name what cannot be told from the leader, and what it would take to tell the nearest."""
    rivals = _contenders(findings)
    if not rivals:
        return [f"Every other setting is shown to be worse than {findings.leader.label}."]
    named = _names(rivals)
    told = f"Perhaps just as good as {findings.leader.label}: {named}."
    if findings.leader.difference and not findings.leader.difference.excludes_zero:
        return [told]
    return [f"{told} {_further(findings, _seeds_to_tell(findings, rivals[0]))}"]


def _seeds_to_tell(findings: ComparisonResult, rival: SettingResult) -> int | None:
    """Return how many seeds would tell the rival from the leader."""
    runs = findings.metrics[findings.best], findings.metrics[findings.results.index(rival)]
    of = findings.plan.objective.of
    pairs = zip(*runs, strict=True)
    differences = np.array([[of(leading) - of(rivalling)] for leading, rivalling in pairs])
    return recommended_seeds(differences[:, 0], critical_value(differences))


def _worth(findings: ComparisonResult) -> Iterator[str]:
    """Say which settings differ from the baseline by as much as matters."""
    worth = findings.plan.worth
    if worth is None:
        return
    for verdict, words in _WORTH.items():
        found = [result for result in findings.results if result.worth == verdict]
        if found:
            said = words.format(worth=f"{worth:g}", baseline=findings.baseline.label)
            yield f"{said}: {_names(found)}."
    loss = findings.leader.expected_loss or 0.0
    yield (
        f"Choosing {findings.leader.label} is expected to lose {loss:.4f}, as another setting may "
        "be the best."
    )


_WORTH = {
    "better": "Better than {baseline} by more than {worth}",
    "worse": "Worse than {baseline} by more than {worth}",
    "as good as": "As good as {baseline}, within {worth}",
    "undecided": "Not decided whether it differs from {baseline} by {worth}",
}


def _losers(findings: ComparisonResult) -> Iterator[str]:
    """Name the groups that are shown to lose by the leader."""
    leader = findings.leader
    for group in leader.groups:
        if group.difference.is_below(0.0):
            yield (
                f"Who loses: with {leader.label}, {findings.plan.by}={group.group} "
                f"({group.share:.0%} of visits) is worth {_amount(group.difference)} "
                f"{_unit(findings)} against {findings.baseline.label}."
            )


def _guardrails(findings: ComparisonResult) -> Iterator[str]:
    """Say of guardrails that the leader does not break whether it is shown to hold them."""
    for guard in findings.leader.guards:
        if guard.verdict == "holds":
            yield f"The guardrail {guard.guard} holds: {_amount(guard.difference)}."
        elif guard.verdict == "open":
            yield f"The guardrail {guard.guard} is not shown to hold: {_amount(guard.difference)}."


def _contenders(findings: ComparisonResult) -> list[SettingResult]:
    """Return what cannot be told from the leader, the nearest first."""
    rivals = [result for result in findings.results if result.contender]
    ordered = sorted(rivals, key=lambda result: -result.objective)
    return [result for result in ordered if result is not findings.leader]


def _names(results: list[SettingResult]) -> str:
    more = f" and {len(results) - _MANY} more" if len(results) > _MANY else ""
    return ", ".join(result.label for result in results[:_MANY]) + more


def _further(findings: ComparisonResult, seeds: int | None) -> str:
    run = findings.seeds
    if findings.plan.until_decided:
        return (
            f"It was not decided with {run} seeds: more are run with --resume and a higher "
            "--max-seeds, and the confidence stays what it is."
        )
    if seeds is None:
        return f"Even {MAX_SEEDS:,} seeds would hardly tell so small a difference from none."
    more = max(1, seeds - run)
    return (
        f"About {more:,} more seed{'s' if more > 1 else ''} (--resume --seeds "
        f"{max(seeds, run + 1)}) would tell a difference of this size in 8 of 10 cases."
    )


def _amount(interval: Interval) -> str:
    return f"{interval.estimate:.4f} [{interval.low:.4f}, {interval.high:.4f}]"


def _unit(findings: ComparisonResult) -> str:
    return findings.plan.objective.about


def _require_interval(interval: Interval | None) -> Interval:
    if interval is None:
        raise TypeError("only the baseline has no difference to it")
    return interval
