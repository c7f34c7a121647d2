"""What an evaluation found, in words."""

from collections.abc import Sequence

from mock_service.evaluation.estimators import Estimate
from mock_service.evaluation.evaluator import PolicyEvaluation
from mock_service.evaluation.overlap import MIN_EFFECTIVE
from mock_service.evaluation.policies import PolicySource


def verdict_in_words(verdicts: Sequence[PolicyEvaluation]) -> list[str]:
    """Return what to do, why, and what to beware of: one sentence or two each."""
    online = next((one for one in verdicts if one.policy.source is PolicySource.ONLINE), None)
    rivals = [one for one in verdicts if one.policy.source is not PolicySource.ONLINE]
    known = [
        one for one in rivals if not one.overlap.is_insufficient and one.uplift.value is not None
    ]
    thin = [one.policy.name for one in rivals if one.overlap.is_insufficient]
    return [
        *([_advice(known, online, len(rivals))] if rivals else []),
        *([_too_thin(thin)] if thin else []),
        *(f"{one.policy.name}: {warning}." for one in rivals for warning in one.overlap.warnings),
    ]


def _too_thin(names: list[str]) -> str:
    return (
        f"The log overlaps too little with {', '.join(names)} to say anything: it is worth fewer "
        f"than {MIN_EFFECTIVE} decisions of their own. Log more, or explore more while logging."
    )


def _advice(known: list[PolicyEvaluation], online: PolicyEvaluation | None, rivals: int) -> str:
    earned = _figure(online.best_estimate.value) if online else "what it did"
    if not known:
        return (
            f"Nothing can be said: the log overlaps too little with every other policy. The online "
            f"policy earned {earned} a decision."
        )
    best = max(known, key=lambda one: one.uplift.value or 0.0)
    together = f", for all {rivals} policies together" if rivals > 1 else ""
    gain = f"{span(best.uplift, signed=True)} at 95% confidence{together}"
    if _above(best.uplift, 0.0):
        return (
            f"Apply {best.policy.name}: it would have earned {span(best.best_estimate)} a decision "
            f"where the online policy earned {earned}. The gain is {gain}."
        )
    if all(_below(one.uplift, 0.0) for one in known):
        return (
            f"Keep the online policy: it earned {earned} a decision, and every other policy would "
            f"have earned less. The best of them, {best.policy.name}, differs by {gain}."
        )
    return (
        f"Keep the online policy for now: it earned {earned} a decision, and no other policy is "
        f"better beyond chance. The best of them, {best.policy.name}, differs by {gain}."
    )


def span(estimate: Estimate, *, signed: bool = False) -> str:
    """Return an estimate with its interval, as people read it."""
    value, low, high = (
        _figure(number, signed=signed) for number in (estimate.value, estimate.low, estimate.high)
    )
    return value if estimate.low is None else f"{value} ({low} to {high})"


def _figure(number: float | None, *, signed: bool = False) -> str:
    if number is None:
        return "-"
    return f"{number:+.3f}" if signed else f"{number:.3f}"


def _above(estimate: Estimate, bound: float) -> bool:
    return estimate.low is not None and estimate.low > bound


def _below(estimate: Estimate, bound: float) -> bool:
    return estimate.high is not None and estimate.high < bound
