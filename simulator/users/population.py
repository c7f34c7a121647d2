"""Who comes, when, and with what context."""

import json
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from simulator.scenario.model import Scenario
from simulator.scenario.sampling import Choice, Sampled, WholeNumber
from simulator.vocabulary import Action, Visit

_CONTEXTS_KEPT = 4096
_MICROSECONDS_PER_HOUR = 3.6e9


class Arrivals(NamedTuple):
    """Some visits, and for each the index of its profile and its moment; shapes (visits,).

    ``moments`` are microseconds since the simulation began.
    """

    visits: list[Visit]
    profiles: NDArray[np.intp]
    moments: NDArray[np.float64]


class Population:
    """Draws visits, one after the other, without end."""

    def __init__(
        self, scenario: Scenario, *, profiles: Generator, context: Generator, traffic: Generator
    ) -> None:
        self._scenario = scenario
        self._names = list(scenario.profiles)
        weights = np.array([profile.weight for profile in scenario.profiles.values()])
        self._cumulative = np.cumsum(weights / weights.sum())[:-1]
        self._profiles, self._context, self._traffic = profiles, context, traffic
        self._actions = actions_of(scenario)
        self._texts: dict[tuple[int | str, ...], str] = {}
        self._number = 0
        self._moment = 0.0

    def draw(self, count: int) -> Arrivals:
        """Return the next `count` visits."""
        profiles = np.searchsorted(self._cumulative, self._profiles.random(count), side="right")
        columns = [_drawn(spec, self._context, count) for spec in self._scenario.context.values()]
        keys = list(zip(profiles.tolist(), *columns, strict=True))
        moments = self._moments(count)
        visits = list(
            map(
                Visit,
                range(self._number, self._number + count),
                [self._names[key[0]] for key in keys],
                [self._texts.get(key) or self._new_text(key) for key in keys],
                repeat(self._actions, count),
                moments.astype("timedelta64[us]").tolist(),
            )
        )
        self._number += count
        return Arrivals(visits, profiles, moments)

    def _moments(self, count: int) -> NDArray[np.float64]:
        """Return when the next visits happen: a Poisson process has exponential gaps."""
        mean = _MICROSECONDS_PER_HOUR / self._scenario.traffic.per_hour
        moments: NDArray[np.float64] = self._moment + np.cumsum(
            self._traffic.exponential(mean, count)
        )
        self._moment = float(moments[-1])
        return moments

    def _new_text(self, key: tuple[int | str, ...]) -> str:
        """Return the context as text; the same context is the same object, while it is kept."""
        index, *sampled = key
        profile = self._scenario.profiles[self._names[int(index)]]
        fixed = {name: json.dumps(value) for name, value in profile.context.items()}
        drawn = zip(self._scenario.context, sampled, strict=True)
        features = [f"{{{json.dumps(name)}:{value}}}" for name, value in [*fixed.items(), *drawn]]
        text = f"[{','.join(features)}]"
        if len(self._texts) >= _CONTEXTS_KEPT:
            self._texts.clear()
        self._texts[key] = text
        return text


def actions_of(scenario: Scenario) -> tuple[Action, ...]:
    """Return the scenario's actions as a personalizer sees them."""
    return tuple(
        Action(spec.id, json.dumps(spec.features, separators=(",", ":")))
        for spec in scenario.actions
    )


def _drawn(spec: Sampled, chance: Generator, count: int) -> list[str]:
    """Return values of a feature, as JSON."""
    match spec:
        case Choice(choice=values, weights=weights):
            shares = None if weights is None else np.array(weights) / np.sum(weights)
            texts = [json.dumps(value) for value in values]
            return [texts[index] for index in chance.choice(len(texts), count, p=shares).tolist()]
        case WholeNumber(integer=(low, high)):
            return [str(n) for n in chance.integers(low, high, count, endpoint=True).tolist()]
        case _:
            raise NotImplementedError
