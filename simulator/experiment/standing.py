"""How each setting stands to the baseline and to all the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.experiment.plan import Plan
from simulator.experiment.posterior import weigh_settings
from simulator.experiment.sequential import critical_values, find_out
from simulator.experiment.statistics import (
    MIN_TO_JUDGE,
    Columns,
    Interval,
    contenders,
    critical_value,
    mean_interval,
    recommended_seeds,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A setting's difference to the baseline, and its chances to be the best.

    ``is_out`` says that it was run with fewer seeds, as another setting was shown to beat it.
    """

    difference: Interval | None
    seeds_to_decide: int | None
    best_probability: float | None
    expected_loss: float | None
    contender: bool
    worth: str | None
    is_out: bool


def compute_standings(plan: Plan, columns: Sequence[Columns]) -> list[Standing]:
    """Return every setting's standing; `columns` are the objective by seed, one a setting.

    Differences are corrected for how many there are and, in a sequential comparison, for how often
    they were looked at.
    """
    most = max(map(len, columns))
    playing = [cell for cell, column in enumerate(columns) if len(column) == most]
    together = np.stack([columns[cell] for cell in playing], axis=1)
    ahead = _find_contenders(plan, together)
    judged = most >= MIN_TO_JUDGE
    beliefs = weigh_settings(together, ahead) if judged else []
    critical = _critical_values(plan, columns)
    best = float(together.mean(axis=0).max())
    standings = []
    for cell, column in enumerate(columns):
        paired = min(len(column), len(columns[plan.baseline]))
        differences = column[:paired] - columns[plan.baseline][:paired]
        told = None if cell == plan.baseline else mean_interval(differences, critical[cell])
        belief = beliefs[playing.index(cell)] if judged and cell in playing else None
        lost = best - float(column.mean()) if judged else None
        standings.append(
            Standing(
                difference=told,
                seeds_to_decide=_seeds_to_decide(plan, told, differences, critical[cell]),
                best_probability=belief.best_probability if belief else 0.0 if judged else None,
                expected_loss=belief.expected_loss if belief else lost,
                contender=cell in playing and playing.index(cell) in ahead,
                worth=_worth(told, plan.worth),
                is_out=cell not in playing,
            )
        )
    return standings


def find_undecided(plan: Plan, columns: Columns) -> list[int]:
    """Return the settings that go on after a look of a sequential comparison.

    Nothing goes on when one setting is left, or when all that are left are shown to be as good as
    each other. `columns` are by seed and setting, of the settings that are still in.
    """
    critical = critical_values(columns.shape[1], len(plan.seeds))[len(columns)]
    beaten = find_out(columns, critical)
    left = [index for index in range(columns.shape[1]) if index not in beaten]
    if len(left) == 1 or _all_alike(columns[:, left], critical, plan.worth):
        return []
    return left


def _all_alike(columns: Columns, critical: float, worth: float | None) -> bool:
    if worth is None:
        return False
    count = columns.shape[1]
    return all(
        mean_interval(columns[:, one] - columns[:, other], critical).is_within(worth)
        for one in range(count)
        for other in range(one)
    )


def _find_contenders(plan: Plan, columns: Columns) -> list[int]:
    if not plan.until_decided:
        return contenders(columns)
    critical = critical_values(columns.shape[1], len(plan.seeds))[len(columns)]
    beaten = find_out(columns, critical)
    return [index for index in range(columns.shape[1]) if index not in beaten]


def _critical_values(plan: Plan, columns: Sequence[Columns]) -> list[float]:
    """Return how many standard errors wide each setting's interval is."""
    base = columns[plan.baseline]
    if plan.until_decided:
        looks = [min(len(column), len(base)) for column in columns]
        playing = [sum(len(column) >= look for column in columns) for look in looks]
        return [
            critical_values(count, len(plan.seeds))[look]
            for count, look in zip(playing, looks, strict=True)
        ]
    others = [column - base for cell, column in enumerate(columns) if cell != plan.baseline]
    critical = critical_value(np.stack(others, axis=1)) if others else 0.0
    return [critical] * len(columns)


def _seeds_to_decide(
    plan: Plan, told: Interval | None, differences: Columns, critical: float
) -> int | None:
    if told is None or told.excludes_zero or plan.until_decided or not told.decides:
        return None
    return recommended_seeds(differences, critical)


def _worth(told: Interval | None, worth: float | None) -> str | None:
    """Return what a difference is worth, next to the smallest one that matters."""
    if told is None or worth is None:
        return None
    if told.is_above(worth):
        return "better"
    if told.is_below(-worth):
        return "worse"
    return "as good as" if told.is_within(worth) else "undecided"
