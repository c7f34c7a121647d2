"""What an evaluation found, in words: what to do, why, and what the log cannot say."""

from collections.abc import Collection, Iterator, Sequence
from math import floor, isfinite, log10

from mock_service.evaluation.estimators import Estimate
from mock_service.evaluation.evaluator import PolicyEvaluation
from mock_service.evaluation.pages import PagesEvaluation
from mock_service.evaluation.policies import PolicySource
from mock_service.evaluation.replay import MIN_ACCEPTED

_DECIMALS = 3
_MAX_DECIMALS = 9
_ROUNDING = 1e-9


def verdict_in_words(
    verdicts: Sequence[PolicyEvaluation], pages: PagesEvaluation | None = None
) -> list[str]:
    """Return what to do, why, and what to beware of: one sentence or two each.

    Where the log has multi-slot `pages`, `verdicts` are about the first slot of each.
    """
    online = next((one for one in verdicts if one.policy.source is PolicySource.ONLINE), None)
    rivals = [one for one in verdicts if one.policy.source is not PolicySource.ONLINE]
    same = [one.policy.name for one in rivals if one.overlap.is_same]
    known = [
        one
        for one in rivals
        if not (one.overlap.is_same or one.overlap.is_insufficient) and one.uplift.value is not None
    ]
    worse = frozenset() if pages is None else pages.worse
    return [
        *([_advice(known, online, _find_lot(rivals), worse)] if rivals else []),
        *(_describe_pages(pages) if pages is not None else ()),
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


def _describe_pages(pages: PagesEvaluation) -> Iterator[str]:
    """Say that advice is about first slots, and what whole pages of each policy are worth."""
    yield (
        f"The log has {pages.pages:,} pages of several slots. What is said above is about the "
        "first slot of each, with nothing said of what the others earn."
    )
    for one in pages.policies:
        if one.per_decision.uplift.value is not None:
            yield (
                f"By whole pages, {one.policy.name} earns "
                f"{span(one.per_decision.uplift, signed=True)} more than was earned."
            )


def _advice(
    known: list[PolicyEvaluation],
    online: PolicyEvaluation | None,
    lot: float | None,
    worse: Collection[str] = frozenset(),
) -> str:
    """Say what to do; nothing is applied whose whole pages are `worse`."""
    earned = format_estimate(online.best_estimate) if online else "what it did"
    if not known:
        return (
            "Nothing is recommended: the log does not show what another policy would have earned. "
            f"The online policy earned {earned} a decision."
        )
    together = f", for all {len(known)} policies together" if len(known) > 1 else ""
    above = [one for one in known if _is_above(one.uplift, 0.0)]
    better = [one for one in above if one.policy.name not in worse]
    if above and not better:
        names = ", ".join(one.policy.name for one in above)
        return (
            f"Keep the online policy: it earned {earned} a decision. More is earned in the first "
            f"slot of a page by {names}, but less by the whole page."
        )
    lasting = [one for one in better if not _loses_on_its_own(one, lot)]
    best = max(lasting or better or known, key=_worth if lasting else _uplift)
    gain = f"{span(best.uplift, signed=True)} at 95% confidence{together}"
    if lasting:
        return (
            f"Apply {best.policy.name}: {_would_have_earned(best)} {span(best.best_estimate)} a "
            f"decision where the online policy earned {earned}. The gain is {gain}."
            f"{_describe_replay(best)}"
        )
    if better:
        return (
            f"Keep the online policy: it earned {earned} a decision. Learning from this log, "
            f"{best.policy.name} earns {span(best.best_estimate)}, but on its own less than a "
            f"choice by lot.{_describe_replay(best)}"
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


def _uplift(evaluation: PolicyEvaluation) -> float:
    return evaluation.uplift.value or 0.0


def _worth(evaluation: PolicyEvaluation) -> float:
    """Return what a policy earns in use: on its own, where that is known."""
    alone = None if evaluation.replay is None else evaluation.replay.mean_reward.value
    return alone if alone is not None else evaluation.best_estimate.value or 0.0


def _find_lot(rivals: Sequence[PolicyEvaluation]) -> float | None:
    """Return what a choice by lot earns, if that was judged."""
    lot = [one for one in rivals if one.policy.source is PolicySource.RANDOM]
    return lot[0].best_estimate.value if lot else None


def _loses_on_its_own(evaluation: PolicyEvaluation, lot: float | None) -> bool:
    """Return whether a policy that learns surely earned less by itself than a choice by lot."""
    found = evaluation.replay
    return lot is not None and found is not None and _is_below(found.mean_reward, lot)


def _describe_replay(evaluation: PolicyEvaluation) -> str:
    """Say what a policy that learns earns where it has only itself to learn from."""
    if not evaluation.policy.learns:
        return ""
    found = evaluation.replay
    if found is None:
        return " What it would earn on its own was not replayed."
    if found.mean_reward.value is None:
        return (
            f" What it would earn on its own is not known: a replay accepts {found.accepted:,} "
            f"decisions, and {MIN_ACCEPTED} are needed."
        )
    return (
        f" On its own it would have earned {span(found.mean_reward)}, by the {found.accepted:,} "
        "decisions that a replay accepts."
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
