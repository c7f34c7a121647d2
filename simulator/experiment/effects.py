"""What each of several factors does by itself, and which of them depend on each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from simulator.experiment.factors import Factor
from simulator.experiment.plan import Plan
from simulator.experiment.statistics import Columns, Interval, intervals

_MOST = 6
"""Interactions that are told, the largest first."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What levels change against the baseline's, averaged over the levels of all other factors.

    One level is a main effect; two are an interaction: how much more (or less) they do together
    than each by itself.
    """

    levels: tuple[tuple[str, str], ...]
    difference: Interval

    @property
    def label(self) -> str:
        """The levels in words."""
        return " and ".join(f"{name}={level}" for name, level in self.levels)


@dataclass(frozen=True, slots=True)
class Effects:
    """Main effects of all factors, and the interactions that are shown to be there."""

    main: tuple[Effect, ...]
    interactions: tuple[Effect, ...]


def measure_effects(plan: Plan, columns: Columns) -> Effects | None:
    """Return the effects of a plan with several varied factors; None for a single one.

    `columns` are figures by seed and setting, of shape (seeds, settings).
    """
    varied = [factor for factor in plan.factors if len(factor.levels) > 1]
    if len(varied) < 2:  # noqa: PLR2004 (a single factor has nothing to depend on)
        return None
    shape = [len(factor.levels) for factor in plan.factors]
    grid = columns.reshape(len(columns), *shape)
    start = dict(plan.settings[plan.baseline].levels)
    main = [
        (((factor.name, level),), _mean_at(plan, grid, {factor.name: level}) - base)
        for factor in varied
        for base in [_mean_at(plan, grid, {factor.name: start[factor.name]})]
        for level in factor.levels
        if level != start[factor.name]
    ]
    together = [
        (((one.name, left), (other.name, right)), _contrast(plan, grid, start, wanted))
        for one, other in combinations(varied, 2)
        for left in _others(one, start)
        for right in _others(other, start)
        for wanted in [{one.name: left, other.name: right}]
    ]
    shown = [effect for effect in _effects(together) if effect.difference.excludes_zero]
    shown.sort(key=lambda effect: -abs(effect.difference.estimate))
    return Effects(tuple(_effects(main)), tuple(shown[:_MOST]))


def _others(factor: Factor, start: dict[str, str]) -> list[str]:
    return [level for level in factor.levels if level != start[factor.name]]


def _effects(named: Sequence[tuple[tuple[tuple[str, str], ...], Columns]]) -> list[Effect]:
    """Return effects whose intervals hold together."""
    found = intervals(np.stack([column for _, column in named], axis=1))
    return [Effect(levels, one) for (levels, _), one in zip(named, found, strict=True)]


def _mean_at(plan: Plan, grid: Columns, levels: dict[str, str]) -> Columns:
    """Return the mean by seed of all settings with these levels."""
    index = tuple(
        factor.levels.index(levels[factor.name]) if factor.name in levels else slice(None)
        for factor in plan.factors
    )
    chosen = grid[(slice(None), *index)]
    mean: Columns = chosen.reshape(len(grid), -1).mean(axis=1)
    return mean


def _contrast(plan: Plan, grid: Columns, start: dict[str, str], wanted: dict[str, str]) -> Columns:
    """Return what two levels do together beyond what each does by itself, by seed."""
    (one, left), (other, right) = wanted.items()
    both = _mean_at(plan, grid, wanted)
    first = _mean_at(plan, grid, {one: left, other: start[other]})
    second = _mean_at(plan, grid, {one: start[one], other: right})
    neither = _mean_at(plan, grid, {one: start[one], other: start[other]})
    return both - first - second + neither
