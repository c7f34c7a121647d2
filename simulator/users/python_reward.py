"""Reward designs that are Python functions."""

import numpy as np

from simulator.errors import HookProblem
from simulator.scenario.hooks import call_hook, load_hook, show_answer
from simulator.scenario.rewards import PythonRewardDesign
from simulator.users.behaviour import Amounts, Outcomes
from simulator.users.delays import microseconds
from simulator.users.reward_signals import RewardSignal

_MICROSECONDS = 1e6
_LARGEST = 1e300
_Signal = tuple[str, float, float]


class PythonReward:
    """Asks the function about the outcomes of every visit and action."""

    def __init__(self, design: PythonRewardDesign, folder: str) -> None:
        """Find the function.

        Raises:
            HookProblem: it is not there.
        """
        self._design = design
        self._wait = np.inf if design.wait is None else microseconds(design.wait)
        self._function = load_hook(design.hook, folder)

    def reports(self, outcomes: Outcomes) -> list[RewardSignal]:
        """Return the rewards that these outcomes bring.

        Raises:
            HookProblem: the function fails, or returns something that is neither number nor None.
        """
        shape = next(iter(outcomes.values())).amounts.shape
        values, sent = np.zeros(shape), np.ones(shape, dtype=bool)
        for index in np.ndindex(shape):
            answer = self._reward([s for s in _signals(outcomes, index) if self._is_observed(s)])
            sent[index] = answer is not None
            values[index] = answer or 0.0
        at = np.full(shape, 0.0 if np.isinf(self._wait) else self._wait)
        return [RewardSignal(np.clip(values, *self._design.clip), sent, at)]

    def _reward(self, signals: list[_Signal]) -> float | None:
        answer = call_hook(self._design.hook, self._function, signals)
        if answer is None:
            return None
        if isinstance(answer, int | float) and abs(answer) <= _LARGEST:
            return float(answer)
        said = show_answer(answer)
        raise HookProblem(self._design.hook, f"expected a finite number or None, got {said}")

    def _is_observed(self, signal: _Signal) -> bool:
        return signal[2] * _MICROSECONDS <= self._wait


def _signals(outcomes: Outcomes, index: tuple[int, ...]) -> list[_Signal]:
    """Return name, amount and seconds since the visit of what happened there, in order of time."""
    found = [
        (name, float(draws.amounts[index]), _seconds(draws.offsets, index))
        for name, draws in outcomes.items()
        if draws.happened is None or draws.happened[index]
    ]
    return sorted(found, key=lambda signal: signal[2])


def _seconds(offsets: Amounts | None, index: tuple[int, ...]) -> float:
    return 0.0 if offsets is None else float(offsets[index]) / _MICROSECONDS
