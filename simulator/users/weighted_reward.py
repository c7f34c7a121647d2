"""Reward designs that give each outcome a weight."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.scenario.rewards import Weighted
from simulator.users.behaviour import Amounts, OutcomeDraws, Outcomes, add_arrays
from simulator.users.delays import microseconds
from simulator.users.reward_signals import RewardSignal


class Signals(NamedTuple):
    """What a design hears, in its order; arrays have the shape (outcomes, visits, actions).

    ``parts`` are what outcomes add to the reward, 0 where they do not count.
    """

    parts: Amounts
    counted: NDArray[np.bool_]
    offsets: Amounts


def weighted_reward(design: Weighted, outcomes: Outcomes) -> list[RewardSignal]:
    """Return the rewards that these outcomes bring."""
    observed = {name: outcomes[name] for name in design.weights}
    if _is_plain(design, observed):
        parts = [design.weights[name] * draws.amounts for name, draws in observed.items()]
        return [RewardSignal(np.clip(add_arrays(parts), *design.clip))]
    return _COMBINED[design.combine](design, _signals(design, observed), list(outcomes))


def _is_plain(design: Weighted, observed: Outcomes) -> bool:
    """Say whether one sum at once is all there is to it: the usual case, and the fast one."""
    return (
        design.combine == "sum"
        and design.nothing == 0
        and design.wait is None
        and all(draws.offsets is None for draws in observed.values())
    )


def _signals(design: Weighted, observed: Outcomes) -> Signals:
    offsets = np.stack([_offsets(draws) for draws in observed.values()])
    counted = np.stack([_happened_mask(draws) for draws in observed.values()])
    if design.wait is not None:
        counted &= offsets <= microseconds(design.wait)
    parts = np.stack([design.weights[name] * draws.amounts for name, draws in observed.items()])
    if design.half_life is not None:
        parts *= 0.5 ** (offsets / microseconds(design.half_life))
    return Signals(np.where(counted, parts, 0.0), counted, offsets)


def _sum(design: Weighted, signals: Signals, _: list[str]) -> list[RewardSignal]:
    return [_one(design, signals, signals.parts.sum(axis=0))]


def _first(design: Weighted, signals: Signals, _: list[str]) -> list[RewardSignal]:
    """Send the first as soon as it is there: nothing later can change it."""
    index = np.where(signals.counted, signals.offsets, np.inf).argmin(axis=0)
    report = _one(design, signals, _take(signals.parts, index))
    offsets = np.where(
        signals.counted.any(axis=0), _take(signals.offsets, index), _end_of_wait(design, index)
    )
    return [report._replace(offsets=offsets)]


def _last(design: Weighted, signals: Signals, _: list[str]) -> list[RewardSignal]:
    """Of outcomes at the same moment, the last one in the design's order is the last."""
    index = np.where(signals.counted, signals.offsets, -np.inf)[::-1].argmax(axis=0)
    return [_one(design, signals, _take(signals.parts[::-1], index))]


def _each(design: Weighted, signals: Signals, known: list[str]) -> list[RewardSignal]:
    """Return a reward an outcome, and one more for visits where nothing counts."""
    rows = zip(design.weights, *signals, strict=True)
    reports = [
        RewardSignal(np.clip(part, *design.clip), counted, offsets, known.index(name))
        for name, part, counted, offsets in rows
    ]
    if design.nothing == "unsent":
        return reports
    silent = np.asarray(~signals.counted.any(axis=0))
    nothing = np.clip(np.full(silent.shape, design.nothing), *design.clip)
    return [*reports, RewardSignal(nothing, silent, _end_of_wait(design, silent))]


def _one(design: Weighted, signals: Signals, total: Amounts) -> RewardSignal:
    """Return a single reward, sent when the wait is over."""
    observed = np.asarray(signals.counted.any(axis=0))
    offsets = _end_of_wait(design, total)
    if design.nothing == "unsent":
        return RewardSignal(np.clip(total, *design.clip), observed, offsets)
    return RewardSignal(
        np.clip(np.where(observed, total, design.nothing), *design.clip), None, offsets
    )


def _end_of_wait(design: Weighted, like: NDArray[np.generic]) -> Amounts:
    """Return the end of the wait, in the shape of `like`."""
    return np.full(like.shape, 0.0 if design.wait is None else microseconds(design.wait))


def _take(arrays: Amounts, index: NDArray[np.intp]) -> Amounts:
    picked: Amounts = np.take_along_axis(arrays, index[None], axis=0)[0]
    return picked


def _offsets(draws: OutcomeDraws) -> Amounts:
    return np.zeros_like(draws.amounts) if draws.offsets is None else draws.offsets


def _happened_mask(draws: OutcomeDraws) -> NDArray[np.bool_]:
    return np.ones(draws.amounts.shape, dtype=bool) if draws.happened is None else draws.happened


_COMBINED: dict[str, Callable[[Weighted, Signals, list[str]], list[RewardSignal]]] = {
    "sum": _sum,
    "first": _first,
    "last": _last,
    "each": _each,
}
