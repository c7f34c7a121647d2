"""What is kept of one run of an experiment: some figures and a curve, small enough to send home."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from simulator.engine.groups import PROFILE, group_masks
from simulator.engine.tally import Tally
from simulator.model import LearningRecord
from simulator.scenario.model import Scenario

CURVE_POINTS = 40
LEARNED = 0.9
"""The share of what learning can add over blind choice that counts as learned."""
_WINDOW = 100
_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class GroupMetrics:
    """The figures of some visits of a run; means are None without any."""

    visits: int
    mean_value: float | None
    late_value: float | None
    mean_reward: float | None


@dataclass(frozen=True, slots=True)
class SlotMetrics:
    """The figures of one slot of a page, per visit; ``shown`` counts visits by action."""

    id: str
    mean_value: float
    mean_reward: float
    regret: float
    shown: list[int]


@dataclass(frozen=True, slots=True)
class RunMetrics:
    """The figures of a run; values are expected values, per visit unless they are totals.

    ``favoured_value`` is what the actions would have been worth to which the policy gave the
    highest probability, None if it favoured none on most visits. ``events_to_learn`` counts the
    visits until that reached 90% of the way from blind choice to perfect knowledge over a window
    of 100 visits, None if it never did. The four ``curve`` columns belong to the visits that end
    with number ``curve_ends``, ``curve_seconds`` says when the last of them came, and ``shown``
    counts visits by profile and action. ``decisions`` is a digest of what was shown at all visits,
    ``outcomes`` are means per visit, and ``groups`` are by profile or by a feature of the context.
    Of the ``reported`` rewards, ``lost`` never arrived.
    ``learning`` is None in records that an earlier version wrote.

    On a page of several slots, figures are of whole pages: their values are sums over the slots,
    and ``shown`` counts each of its actions. ``slots`` has the figures of each, and is empty where
    there is one.
    """

    rounds: int
    mean_value: float
    late_value: float
    mean_reward: float
    regret: float
    best_value: float
    blind_value: float
    favoured_value: float | None
    events_to_learn: int | None
    curve_ends: list[int]
    curve_value: list[float]
    curve_best: list[float]
    curve_regret: list[float]
    shown: list[list[int]]
    curve_seconds: list[float] = field(default_factory=list)
    decisions: str = ""
    outcomes: dict[str, float] = field(default_factory=dict)
    groups: dict[str, GroupMetrics] = field(default_factory=dict)
    reported: int = 0
    lost: int = 0
    learning: LearningRecord | None = None
    slots: list[SlotMetrics] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Return what was once written from ``as_dict``.

        Raises:
            ValueError: it was not.
        """
        try:
            metrics = msgspec.json.decode(text, type=cls)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        curves = (metrics.curve_value, metrics.curve_best, metrics.curve_regret)
        if any(len(curve) != len(metrics.curve_ends) for curve in curves):
            raise ValueError("expected curves of one length")
        return metrics

    def belong_to(self, scenario: Scenario, rounds: int) -> bool:
        """Say whether these are figures of a run of that many visits."""
        shape = [len(scenario.actions)] * len(scenario.profiles)
        if self.learning is None or not self.curve_ends:
            return False
        is_whole = self.rounds == rounds == self.curve_ends[-1]
        return is_whole and [len(counts) for counts in self.shown] == shape


def compute_metrics(
    scenario: Scenario, tally: Tally, learning: LearningRecord, by: str = PROFILE
) -> RunMetrics:
    """Return the figures of a run of at least one visit, with groups of visits `by` that."""
    value, regret = tally.column("value"), tally.column("regret")
    favoured, blind = tally.column("favoured_value"), tally.column("blind_value")
    best = value + regret
    ends = np.unique(np.linspace(0, tally.rounds, CURVE_POINTS + 1).astype(int))
    has_favourite = tally.column("has_favourite").mean() >= 1 / 2
    return RunMetrics(
        rounds=tally.rounds,
        mean_value=_round(value.mean()),
        late_value=_round(value[-max(1, tally.rounds // 4) :].mean()),
        mean_reward=_round(tally.column("reward").mean()),
        regret=_round(regret.sum()),
        best_value=_round(best.mean()),
        blind_value=_round(blind.mean()),
        favoured_value=_round(favoured.mean()) if has_favourite else None,
        events_to_learn=events_to_learn(favoured, blind, best),
        curve_ends=ends[1:].tolist(),
        curve_value=_means(value, ends),
        curve_best=_means(best, ends),
        curve_regret=[_round(total) for total in np.cumsum(regret)[ends[1:] - 1]],
        shown=_count_choices(scenario, tally),
        curve_seconds=[_round(second) for second in tally.seconds()[ends[1:] - 1]],
        decisions=blake2b(tally.by_slot("chosen").tobytes(), digest_size=8).hexdigest(),
        outcomes={
            name: round(total / tally.rounds, _DECIMALS)
            for name, total in tally.outcome_totals.items()
        },
        groups={
            name: _group(tally, mask)
            for name, mask in group_masks(tally, list(scenario.profiles), by).items()
        },
        reported=tally.reported,
        lost=tally.lost,
        learning=learning,
        slots=[_slot(scenario, tally, number) for number in range(len(scenario.slots))],
    )


def _slot(scenario: Scenario, tally: Tally, number: int) -> SlotMetrics:
    chosen = tally.by_slot("chosen")[:, number].astype(int)
    return SlotMetrics(
        scenario.slots[number].id,
        _round(tally.by_slot("value")[:, number].mean()),
        _round(tally.by_slot("reward")[:, number].mean()),
        _round(tally.by_slot("regret")[:, number].mean()),
        np.bincount(chosen, minlength=len(scenario.actions)).tolist(),
    )


def _group(tally: Tally, mask: NDArray[np.bool_]) -> GroupMetrics:
    value, reward = tally.column("value"), tally.column("reward")
    late = np.arange(tally.rounds) >= tally.rounds - max(1, tally.rounds // 4)
    return GroupMetrics(
        int(mask.sum()),
        _mean_or_none(value[mask]),
        _mean_or_none(value[mask & late]),
        _mean_or_none(reward[mask]),
    )


def _mean_or_none(column: NDArray[np.float64]) -> float | None:
    return _round(column.mean()) if len(column) else None


def events_to_learn(
    favoured: NDArray[np.float64], blind: NDArray[np.float64], best: NDArray[np.float64]
) -> int | None:
    """Return after how many visits a window's favourites brought 90% of what learning can add."""
    window = min(_WINDOW, len(best))
    gained, possible = _sums(favoured - blind, window), _sums(best - blind, window)
    there = np.flatnonzero((gained >= LEARNED * possible) & (possible > 0))
    return int(there[0]) + window if len(there) else None


def _sums(column: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Return the sums over every window of the column."""
    totals = np.concatenate([[0.0], np.cumsum(column)])
    sums: NDArray[np.float64] = totals[window:] - totals[:-window]
    return sums


def _means(column: NDArray[np.float64], ends: NDArray[np.int_]) -> list[float]:
    totals = np.concatenate([[0.0], np.cumsum(column)])[ends]
    return [_round(mean) for mean in np.diff(totals) / np.diff(ends)]


def _count_choices(scenario: Scenario, tally: Tally) -> list[list[int]]:
    profiles, actions = len(scenario.profiles), len(scenario.actions)
    cells = tally.column("profile")[:, None] * actions + tally.by_slot("chosen")
    counts = np.bincount(cells.astype(int).ravel(), minlength=profiles * actions)
    table: list[list[int]] = counts.reshape(profiles, actions).tolist()
    return table


def _round(number: np.floating) -> float:
    return round(float(number), _DECIMALS)
