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
    moments: Amounts


def weighted_reward(design: Weighted, outcomes: Outcomes) -> list[RewardSignal]:
    """Return the rewards that these outcomes bring."""
    heard = {name: outcomes[name] for name in design.weights}
    if _is_plain(design, heard):
        parts = [design.weights[name] * deed.amounts for name, deed in heard.items()]
        return [RewardSignal(np.clip(add_arrays(parts), *design.clip))]
    return _COMBINED[design.combine](design, _signals(design, heard), list(outcomes))


def _is_plain(design: Weighted, heard: Outcomes) -> bool:
    """Say whether one sum at once is all there is to it: the usual case, and the fast one."""
    return (
        design.combine == "sum"
        and design.nothing == 0
        and design.wait is None
        and all(deed.moments is None for deed in heard.values())
    )


def _signals(design: Weighted, heard: Outcomes) -> Signals:
    moments = np.stack([_moments(deed) for deed in heard.values()])
    counted = np.stack([_happened_mask(deed) for deed in heard.values()])
    if design.wait is not None:
        counted &= moments <= microseconds(design.wait)
    parts = np.stack([design.weights[name] * deed.amounts for name, deed in heard.items()])
    if design.half_life is not None:
        parts *= 0.5 ** (moments / microseconds(design.half_life))
    return Signals(np.where(counted, parts, 0.0), counted, moments)


def _sum(design: Weighted, signals: Signals, _: list[str]) -> list[RewardSignal]:
    return [_one(design, signals, signals.parts.sum(axis=0))]


def _first(design: Weighted, signals: Signals, _: list[str]) -> list[RewardSignal]:
    """Send the first as soon as it is there: nothing later can change it."""
    place = np.where(signals.counted, signals.moments, np.inf).argmin(axis=0)
    report = _one(design, signals, _take(signals.parts, place))
    moments = np.where(
        signals.counted.any(axis=0), _take(signals.moments, place), _end_of_wait(design, place)
    )
    return [report._replace(moments=moments)]


def _last(design: Weighted, signals: Signals, _: list[str]) -> list[RewardSignal]:
    """Of outcomes at the same moment, the last one in the design's order is the last."""
    place = np.where(signals.counted, signals.moments, -np.inf)[::-1].argmax(axis=0)
    return [_one(design, signals, _take(signals.parts[::-1], place))]


def _each(design: Weighted, signals: Signals, known: list[str]) -> list[RewardSignal]:
    """Return a reward an outcome, and one more for visits where nothing counts."""
    rows = zip(design.weights, *signals, strict=True)
    reports = [
        RewardSignal(np.clip(part, *design.clip), counted, moments, known.index(name))
        for name, part, counted, moments in rows
    ]
    if design.nothing == "unsent":
        return reports
    silent = np.asarray(~signals.counted.any(axis=0))
    nothing = np.clip(np.full(silent.shape, design.nothing), *design.clip)
    return [*reports, RewardSignal(nothing, silent, _end_of_wait(design, silent))]


def _one(design: Weighted, signals: Signals, total: Amounts) -> RewardSignal:
    """Return a single reward, sent when the wait is over."""
    heard = np.asarray(signals.counted.any(axis=0))
    moments = _end_of_wait(design, total)
    if design.nothing == "unsent":
        return RewardSignal(np.clip(total, *design.clip), heard, moments)
    return RewardSignal(
        np.clip(np.where(heard, total, design.nothing), *design.clip), None, moments
    )


def _end_of_wait(design: Weighted, like: NDArray[np.generic]) -> Amounts:
    """Return the end of the wait, in the shape of `like`."""
    return np.full(like.shape, 0.0 if design.wait is None else microseconds(design.wait))


def _take(arrays: Amounts, place: NDArray[np.intp]) -> Amounts:
    picked: Amounts = np.take_along_axis(arrays, place[None], axis=0)[0]
    return picked


def _moments(deed: OutcomeDraws) -> Amounts:
    return np.zeros_like(deed.amounts) if deed.moments is None else deed.moments


def _happened_mask(deed: OutcomeDraws) -> NDArray[np.bool_]:
    return np.ones(deed.amounts.shape, dtype=bool) if deed.happened is None else deed.happened


_COMBINED: dict[str, Callable[[Weighted, Signals, list[str]], list[RewardSignal]]] = {
    "sum": _sum,
    "first": _first,
    "last": _last,
    "each": _each,
}
