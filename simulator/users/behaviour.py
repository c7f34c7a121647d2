"""What users do with what they are shown, when, and what that is truly worth."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from simulator.scenario.model import Scenario
from simulator.scenario.outcomes import BinaryOutcome, Outcome, Rating
from simulator.users.delays import sample_delays

Amounts = NDArray[np.float64]


class OutcomeDraws(NamedTuple):
    """One outcome, as it would be with each action; arrays have the shape (visits, actions).

    ``amounts`` are 0 where it does not happen. ``happened`` is None when it always happens, and
    ``offsets``, in microseconds since the visit, is None when it happens at once.
    """

    amounts: Amounts
    happened: NDArray[np.bool_] | None = None
    offsets: Amounts | None = None

    def beginning(self, count: int) -> "OutcomeDraws":
        """Return the first `count` visits of it."""
        return OutcomeDraws(
            self.amounts[:count],
            None if self.happened is None else self.happened[:count],
            None if self.offsets is None else self.offsets[:count],
        )


Outcomes = dict[str, OutcomeDraws]
"""What users would do with each action, by outcome."""


class Behaviour:
    """Turns tastes into outcomes.

    Every outcome is drawn for every visit and action, also where its step before does not happen:
    so no draw depends on another.
    """

    def __init__(self, scenario: Scenario, *, rng: Generator, delays: Generator) -> None:
        self._outcomes = scenario.outcomes
        self._probabilities = {
            name: _probabilities_by_action(outcome, scenario.action_ids)
            for name, outcome in scenario.outcomes.items()
            if isinstance(outcome, BinaryOutcome)
        }
        self._rng = rng
        self._delays = dict(
            zip(scenario.outcomes, delays.spawn(len(scenario.outcomes)), strict=True)
        )

    def outcomes(self, tastes: Amounts) -> Outcomes:
        """Return what users of these tastes do; tastes have the shape (visits, actions)."""
        done: Outcomes = {}
        for name, outcome in self._outcomes.items():
            happened = self._find_eligible(outcome, done)
            if isinstance(outcome, Rating):
                amounts = _rate(outcome, tastes, self._rng.uniform(-1, 1, tastes.shape))
                amounts = amounts if happened is None else amounts * happened
            else:
                does = self._rng.random(tastes.shape) < self._probability(name, tastes)
                happened = does if happened is None else does & happened
                amounts = happened.astype(np.float64)
            done[name] = OutcomeDraws(amounts, happened, self._offsets(name, done, tastes.shape))
        return done

    def values(self, outcomes: Outcomes) -> Amounts:
        """Return what the outcomes are truly worth; shape (visits, actions)."""
        return add_arrays(
            [self._outcomes[name].value * draws.amounts for name, draws in outcomes.items()]
        )

    def expected_values(self, tastes: Amounts) -> Amounts:
        """Return what users of these tastes bring on average; shape (visits, actions)."""
        given: dict[str, Amounts] = {}
        values = []
        for name, outcome in self._outcomes.items():
            reached = self._probability_to_reach(outcome, given)
            if isinstance(outcome, Rating):
                mean = _expected_rating(outcome, tastes)
            else:
                mean = self._probability(name, tastes)
            given[name] = mean if reached is None else mean * reached
            values.append(outcome.value * given[name])
        return add_arrays(values)

    def chance(self, name: str, tastes: Amounts) -> Amounts:
        """Return how likely users of these tastes do something; shape (visits, actions)."""
        return self._probability(name, tastes)

    def _find_eligible(self, outcome: Outcome, done: Outcomes) -> NDArray[np.bool_] | None:
        """Return which visits get as far as this outcome; None for all."""
        before = done[outcome.after].happened if outcome.after else None
        if not outcome.unless:
            return before
        others = ~np.asarray(done[outcome.unless].happened)
        return others if before is None else others & before

    def _probability_to_reach(self, outcome: Outcome, given: dict[str, Amounts]) -> Amounts | None:
        """Return how likely users get as far as this outcome; None for certainly.

        An outcome and the one it excludes share the step before, so what is left of that step's
        chance is the chance of not having done the other.
        """
        before = given[outcome.after] if outcome.after else None
        if not outcome.unless:
            return before
        rest: Amounts = (1.0 if before is None else before) - given[outcome.unless]
        return rest

    def _probability(self, name: str, tastes: Amounts) -> Amounts:
        low, high = self._probabilities[name]
        return low + (high - low) * tastes

    def _offsets(self, name: str, done: Outcomes, shape: tuple[int, ...]) -> Amounts | None:
        outcome = self._outcomes[name]
        before = done[outcome.after].offsets if outcome.after else None
        if outcome.delay is None:
            return before
        delays = sample_delays(outcome.delay, self._delays[name], shape)
        return delays if before is None else before + delays


def add_arrays(arrays: list[Amounts]) -> Amounts:
    """Return the sum of arrays of one shape, in their order."""
    total = arrays[0]
    for array in arrays[1:]:
        total = total + array
    return total


def _probabilities_by_action(
    outcome: BinaryOutcome, action_ids: list[str]
) -> tuple[Amounts, Amounts]:
    """Return the chance at a taste of 0 and at a taste of 1, each by action."""
    ends = np.array([outcome.by_action.get(id_, outcome.chance) for id_ in action_ids])
    return ends[:, 0], ends[:, 1]


def _rate(outcome: Rating, tastes: Amounts, noise: Amounts) -> Amounts:
    rated: Amounts = np.clip(tastes + outcome.rating * noise, 0, 1)
    return rated.round(outcome.decimals)


def _expected_rating(outcome: Rating, tastes: Amounts) -> Amounts:
    """Average what is rated over noise spread evenly in [-rating, rating]: rounded, within [0, 1].

    The integral of the rounded and clipped line from 0 to x is 0 below 0 and goes on as x above 1.
    """
    step = 10.0**-outcome.decimals
    high = _integral_of_rounded(tastes + outcome.rating, step)
    low = _integral_of_rounded(tastes - outcome.rating, step)
    return (high - low) / (2 * outcome.rating)


def _integral_of_rounded(end: Amounts, step: float) -> Amounts:
    """Return the integral from 0 of what is rounded to multiples of `step`, a stair."""
    inside = np.clip(end, 0, 1)
    stairs = np.floor(inside / step + 0.5)
    whole = step * (stairs * step) * (stairs - 1) / 2
    return np.asarray(
        whole + stairs * step * (inside - (stairs - 0.5) * step) + np.maximum(end - 1, 0)
    )
