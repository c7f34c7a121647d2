"""How well each action pleases each visitor. This is the truth the learner is after."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.scenario.model import Scenario
from simulator.scenario.tastes import Drift
from simulator.scenario.tastes import TasteSpec as TastesSpec
from simulator.users.contextual import ContextualTastes
from simulator.users.delays import microseconds
from simulator.users.population import ArrivalBatch

Pleasure = NDArray[np.float64]
"""How well each action pleases, in [0, 1]; shape (visits, actions)."""


class TasteModel(Protocol):
    """One way to say what pleases whom."""

    def of(self, arrivals: ArrivalBatch) -> Pleasure:
        """Return how well each action pleases each visitor; NaN for as well as before."""


class TasteMatrix:
    """The tastes of a scenario, as they drift."""

    def __init__(self, scenario: Scenario) -> None:
        """Prepare the tastes.

        Raises:
            HookProblem: the Python function of a taste is not there.
        """
        self._at_first = _model(scenario, scenario.tastes)
        self._drifts = [_Drifting(scenario, drift) for drift in scenario.drifts]

    def of(self, arrivals: ArrivalBatch) -> Pleasure:
        """Return how well each action pleases each visitor at the moment of the visit."""
        tastes = self._at_first.of(arrivals)
        for drift in self._drifts:
            tastes = drift.apply(tastes, arrivals)
        return tastes


class _Drifting:
    """One change of tastes."""

    def __init__(self, scenario: Scenario, drift: Drift) -> None:
        self._target = _model(scenario, drift.tastes)
        self._at, self._over = microseconds(drift.at), microseconds(drift.over)
        names = list(scenario.profiles)
        self._affected = np.array([drift.profiles is None or n in drift.profiles for n in names])

    def apply(self, tastes: Pleasure, arrivals: ArrivalBatch) -> Pleasure:
        """Return the tastes as they are at the moments of the visits."""
        progress = self._progress(arrivals.offsets) * self._affected[arrivals.profiles]
        if not progress.any():
            return tastes
        target = self._target.of(arrivals)
        moved = tastes + progress[:, None] * (target - tastes)
        return np.where(np.isnan(target), tastes, moved)

    def _progress(self, offsets: NDArray[np.float64]) -> NDArray[np.float64]:
        since = offsets - self._at
        if not self._over:
            return (since >= 0).astype(np.float64)
        return np.clip(since / self._over, 0.0, 1.0)


class _ByProfile:
    """A table of tastes by profile and action."""

    def __init__(self, scenario: Scenario, table: dict[str, dict[str, float]]) -> None:
        self._table = np.array(
            [
                [table.get(profile, {}).get(id_, np.nan) for id_ in scenario.action_ids]
                for profile in scenario.profiles
            ]
        )

    def of(self, arrivals: ArrivalBatch) -> Pleasure:
        tastes: Pleasure = self._table[arrivals.profiles]
        return tastes


def _model(scenario: Scenario, spec: TastesSpec) -> TasteModel:
    if spec.by_profile:
        return _ByProfile(scenario, spec.by_profile)
    return ContextualTastes(scenario, spec)
