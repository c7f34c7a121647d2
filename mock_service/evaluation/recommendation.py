"""What an evaluation found, in words: what to do, why, and what the log cannot say."""

from collections.abc import Sequence
from math import floor, isfinite, log10

from mock_service.evaluation.estimators import Estimate
from mock_service.evaluation.evaluator import PolicyEvaluation
from mock_service.evaluation.policies import PolicySource

_DECIMALS = 3
_MAX_DECIMALS = 9
_ROUNDING = 1e-9


def verdict_in_words(verdicts: Sequence[PolicyEvaluation]) -> list[str]:
    """Return what to do, why, and what to beware of: one sentence or two each."""
    online = next((one for one in verdicts if one.policy.source is PolicySource.ONLINE), None)
    rivals = [one for one in verdicts if one.policy.source is not PolicySource.ONLINE]
    same = [one.policy.name for one in rivals if one.overlap.is_same]
    known = [
        one
        for one in rivals
        if not (one.overlap.is_same or one.overlap.is_insufficient) and one.uplift.value is not None
    ]
    return [
        *([_advice(known, online)] if rivals else []),
        *([_describe_same(same)] if same else []),
        *(_describe_silence(one) for one in rivals if one.overlap.is_insufficient),
    ]


def _describe_same(names: list[str]) -> str:
    subject = f"{names[0]} is" if len(names) == 1 else f"{', '.join(names)} are"
    return f"{subject} the online policy here: every decision was made as it would have been."


def _describe_silence(evaluation: PolicyEvaluation) -> str:
    """Say of a policy that nothing can be said, and which guard found that."""
    name, problems = evaluation.policy.name, "; ".join(evaluation.overlap.warnings)
    return f"Nothing can be said about {name}: {problems}."


def _advice(known: list[PolicyEvaluation], online: PolicyEvaluation | None) -> str:
    earned = format_estimate(online.best_estimate) if online else "what it did"
    if not known:
        return (
            "Nothing is recommended: the log does not show what another policy would have earned. "
            f"The online policy earned {earned} a decision."
        )
    best = max(known, key=lambda one: one.uplift.value or 0.0)
    together = f", for all {len(known)} policies together" if len(known) > 1 else ""
    gain = f"{span(best.uplift, signed=True)} at 95% confidence{together}"
    if _is_above(best.uplift, 0.0):
        return (
            f"Apply {best.policy.name}: {_would_have_earned(best)} {span(best.best_estimate)} a "
            f"decision where the online policy earned {earned}. The gain is {gain}."
        )
    if all(_is_below(one.uplift, 0.0) for one in known):
        return (
            f"Keep the online policy: it earned {earned} a decision, and every other policy that "
            f"can be judged would have earned less. The best of them, {best.policy.name}, differs "
            f"by {gain}."
        )
    return (
        f"Keep the online policy for now: it earned {earned} a decision, and no other policy is "
        f"better beyond chance. The best of them, {best.policy.name}, differs by {gain}."
    )


def _would_have_earned(evaluation: PolicyEvaluation) -> str:
    """Return what is estimated: a policy that learns has learned from what others chose."""
    return (
        "learning from this log, it earns" if evaluation.policy.learns else "it would have earned"
    )


def span(estimate: Estimate, *, signed: bool = False) -> str:
    """Return an estimate with its interval, in as many digits as the interval's width deserves."""
    decimals = _count_decimals(estimate)
    value, low, high = (
        _format(number, decimals, signed=signed)
        for number in (estimate.value, estimate.low, estimate.high)
    )
    return value if estimate.low is None else f"{value} ({low} to {high})"


def format_estimate(estimate: Estimate) -> str:
    """Return an estimate without its interval, in as many digits as the interval deserves."""
    return _format(estimate.value, _count_decimals(estimate))


def _count_decimals(estimate: Estimate) -> int:
    """Return how many decimals show two digits of the interval's width, or of the value."""
    if estimate.value is None:
        return _DECIMALS
    width = 0.0
    if estimate.low is not None and estimate.high is not None:
        width = estimate.high - estimate.low
    size = width if width > _ROUNDING else abs(estimate.value)
    if not isfinite(size) or size <= _ROUNDING:
        return _DECIMALS
    return min(_MAX_DECIMALS, max(_DECIMALS, 1 - floor(log10(size))))


def _format(number: float | None, decimals: int, *, signed: bool = False) -> str:
    if number is None:
        return "-"
    return f"{number:+.{decimals}f}" if signed else f"{number:.{decimals}f}"


def _is_above(estimate: Estimate, bound: float) -> bool:
    return estimate.low is not None and estimate.low > bound


def _is_below(estimate: Estimate, bound: float) -> bool:
    return estimate.high is not None and estimate.high < bound
