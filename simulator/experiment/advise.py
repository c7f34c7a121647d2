"""Which exploration for which horizon: the shorter it is, the less exploring can pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiment.comparison import ComparisonResult
from simulator.experiment.posterior import weigh_settings
from simulator.experiment.statistics import Columns, contenders, intervals

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATES = ("0", "0.01", "0.02", "0.05", "0.1", "0.2", "0.4")
"""The rates that are tried when none are given: each about twice the one before."""


@dataclass(frozen=True, slots=True)
class HorizonAdvice:
    """The setting that brought most until a number of visits, and how likely it is the best.

    ``as_good`` names the others that the seeds do not tell from it.
    """

    visits: int
    rate: str
    value: float
    probability: float
    as_good: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BudgetAdvice:
    """What exploring may cost, and what is shown to cost no more.

    ``budget`` is a share of the baseline's value within the horizon, and ``costs`` are those of
    the other levels, each with its upper bound. ``rate`` is the baseline's where no other is shown
    to stay within the budget and to be worth more at the end.
    """

    budget: float
    rate: str
    costs: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """A rate for the whole horizon, those that may be as good, and the best for shorter ones.

    ``rate`` is None where too few seeds, or runs that a warning voids, say nothing.
    """

    rate: str | None
    as_good: tuple[str, ...]
    steps: tuple[HorizonAdvice, ...]
    budget: BudgetAdvice | None
    sentences: tuple[str, ...]


def advise_exploration(findings: ComparisonResult, budget: float | None = None) -> Advice:
    """Return the rate that brought most true value within the horizon.

    With a `budget`, a share of the baseline's value, also the one that is worth most in the last
    quarter among those that are shown to cost no more than that.
    """
    if not findings.has_verdict:
        return Advice(None, (), (), None, ("No advice on exploration, for the reason below.",))
    earned = _earned_so_far(findings)
    ends = findings.metrics[0][0].curve_ends
    leaders = [int(columns.mean(axis=0).argmax()) for columns in earned]
    last = [
        point
        for point, leader in enumerate(leaders)
        if point == len(leaders) - 1 or leaders[point + 1] != leader
    ]
    steps = tuple(_step(findings, earned[point], ends[point]) for point in last)
    within = None if budget is None else _within_budget(findings, earned[-1], budget)
    final = steps[-1]
    sentences = [_sentence(findings, final)]
    if within is not None:
        sentences.append(_budget_sentence(findings, within, final.visits))
    return Advice(final.rate, final.as_good, steps, within, tuple(sentences))


def _earned_so_far(findings: ComparisonResult) -> list[Columns]:
    """Return the value per visit until each point of the curves, by seed and setting."""
    curves: NDArray[np.float64] = np.array(
        [[run.curve_value for run in runs] for runs in findings.metrics]
    )  # settings, seeds, points
    ends = np.array(findings.metrics[0][0].curve_ends)
    so_far = np.cumsum(curves * np.diff(ends, prepend=0), axis=2) / ends
    return [so_far[:, :, point].T for point in range(len(ends))]


def _step(findings: ComparisonResult, columns: Columns, visits: int) -> HorizonAdvice:
    ahead = contenders(columns)
    means = columns.mean(axis=0)
    best = int(means.argmax())
    levels = [setting.level("exploration") for setting in findings.plan.settings]
    return HorizonAdvice(
        visits,
        levels[best],
        round(float(means[best]), 6),
        round(weigh_settings(columns, ahead)[best].best_probability, 4),
        tuple(levels[cell] for cell in ahead if cell != best),
    )


def _within_budget(findings: ComparisonResult, columns: Columns, budget: float) -> BudgetAdvice:
    """Return the rate of highest value at last among those shown to cost no more than `budget`."""
    baseline = findings.plan.baseline
    others = [cell for cell in range(columns.shape[1]) if cell != baseline]
    worth = abs(float(columns[:, baseline].mean()))
    lost = intervals(columns[:, [baseline]] - columns[:, others])
    levels = [setting.level("exploration") for setting in findings.plan.settings]
    allowed = [baseline] + [
        cell for cell, cost in zip(others, lost, strict=True) if cost.is_below(budget * worth)
    ]
    late = [findings.results[cell].late_value for cell in allowed]
    return BudgetAdvice(
        budget,
        levels[allowed[int(np.argmax(late))]],
        tuple(
            (levels[cell], round(cost.estimate / worth, 6), round(cost.high / worth, 6))
            for cell, cost in zip(others, lost, strict=True)
        ),
    )


def _sentence(findings: ComparisonResult, last: HorizonAdvice) -> str:
    horizon = f"a horizon of {last.visits:,} visits"
    if not last.as_good:
        return (
            f"Explore with {last.rate} for {horizon}: no other rate tried is as good, with 95% "
            "confidence."
        )
    return (
        f"For {horizon}, {findings.seeds} seeds tell no difference between {last.rate} and "
        f"{_list(last.as_good)}; {last.rate} brought most."
    )


def _budget_sentence(findings: ComparisonResult, within: BudgetAdvice, visits: int) -> str:
    baseline = findings.baseline.setting.level("exploration")
    said = f"at most {within.budget:.1%} of what {baseline} brings in {visits:,} visits"
    if within.rate == baseline:
        return f"No other rate is shown to cost {said} and to be worth more at the end."
    return f"Within a budget of {said}, {within.rate} is worth most at the end."


def _list(levels: Sequence[str]) -> str:
    return levels[0] if len(levels) == 1 else f"{', '.join(levels[:-1])} and {levels[-1]}"
