"""Which exploration rate for which horizon: the shorter it is, the less exploring can pay."""

from dataclasses import dataclass

import numpy as np

from simulator.experiment.comparison import ComparisonResult
from simulator.experiment.statistics import Columns, best_probabilities, contenders

RATES = ("0", "0.01", "0.02", "0.05", "0.1", "0.2", "0.4")
"""The rates that are tried when none are given: each about twice the one before."""


@dataclass(frozen=True, slots=True)
class HorizonAdvice:
    """The setting that brought most until a number of visits, and in which share of resamples."""

    visits: int
    rate: str
    value: float
    probability: float


@dataclass(frozen=True, slots=True)
class Advice:
    """A rate for the whole horizon, those that may be as good, and the best for shorter ones."""

    rate: str
    as_good: tuple[str, ...]
    steps: tuple[HorizonAdvice, ...]
    sentences: tuple[str, ...]


def advise_exploration(findings: ComparisonResult) -> Advice:
    """Return the rate that brought most true value within the horizon."""
    curves = np.array(
        [[run.curve_value for run in runs] for runs in findings.metrics]
    )  # settings, seeds, points
    ends = np.array(findings.metrics[0][0].curve_ends)
    lengths = np.diff(ends, prepend=0)
    so_far = np.cumsum(curves * lengths, axis=2) / ends
    steps = [_step(findings, so_far[:, :, point].T, int(ends[point])) for point in range(len(ends))]
    ahead = contenders(so_far[:, :, -1].T)
    rate = steps[-1].rate
    as_good = tuple(
        text
        for cell in ahead
        if (text := findings.plan.settings[cell].level("exploration")) != rate
    )
    return Advice(rate, as_good, _changes(steps), _sentences(findings, steps[-1], as_good))


def _step(findings: ComparisonResult, columns: Columns, visits: int) -> HorizonAdvice:
    means = columns.mean(axis=0)
    best = int(means.argmax())
    rate = findings.plan.settings[best].level("exploration")
    value = round(float(means[best]), 6)
    return HorizonAdvice(visits, rate, value, round(best_probabilities(columns)[best], 4))


def _changes(steps: list[HorizonAdvice]) -> tuple[HorizonAdvice, ...]:
    """Return the last step of every stretch in which one rate is best."""
    following = [*(step.rate for step in steps[1:]), None]
    return tuple(step for step, after in zip(steps, following, strict=True) if step.rate != after)


def _sentences(
    findings: ComparisonResult, last: HorizonAdvice, as_good: tuple[str, ...]
) -> tuple[str, ...]:
    horizon, seeds = f"{last.visits:,} visits", len(findings.plan.seeds)
    advice = f"Explore with a rate of {last.rate} if the horizon is {horizon}."
    if not as_good:
        return (f"{advice} No other rate tried is as good, with 95% confidence.",)
    others = ", ".join(as_good)
    return (f"{advice} {seeds} seeds do not tell it from {others}.",)
