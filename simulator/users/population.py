"""Who comes, when, and with what context."""

import json
from datetime import timedelta
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from simulator.model import OfferedAction, Visit
from simulator.scenario.fields import Table
from simulator.scenario.model import Scenario
from simulator.users.arrival_times import ArrivalTimes
from simulator.users.availability import Availability, AvailableActions
from simulator.users.feature_sampling import sample

_CONTEXTS_KEPT = 4096
_Key = tuple[int | str, ...]


class ArrivalBatch(NamedTuple):
    """Some visits, and for each the index of its profile and its moment; shapes (visits,).

    ``offsets`` are microseconds since the simulation began. ``offer`` is None when everything can
    always be shown.
    """

    visits: list[Visit]
    profiles: NDArray[np.intp]
    offsets: NDArray[np.float64]
    offer: AvailableActions | None = None


class Population:
    """Draws visits, one after the other, without end."""

    def __init__(
        self, scenario: Scenario, *, profiles: Generator, context: Generator, traffic: Generator
    ) -> None:
        self._scenario = scenario
        self._names = list(scenario.profiles)
        weights = np.array([profile.weight for profile in scenario.profiles.values()])
        self._cumulative = np.cumsum(weights / weights.sum())[:-1]
        self._profiles, self._context = profiles, context
        self._arrival_times = ArrivalTimes(scenario.traffic, traffic)
        self._actions = list_actions(scenario)
        self._offering = Availability(scenario, self._actions)
        self._own = [profile.sampled for profile in scenario.profiles.values()]
        self._templates = [_template(scenario, name) for name in self._names]
        self._texts: dict[_Key, str] = {}
        self._number = 0

    def draw(self, count: int) -> ArrivalBatch:
        """Return the next `count` visits."""
        profiles = np.searchsorted(self._cumulative, self._profiles.random(count), side="right")
        offsets = self._arrival_times.offsets(count)
        times = _times(offsets)
        offer = self._offering.at(times)
        keys = self._keys(profiles, offsets)
        visits = list(
            map(
                Visit,
                range(self._number, self._number + count),
                [self._names[profile] for profile in profiles.tolist()],
                [self._texts.get(key) or self._new_text(key) for key in keys],
                map(self._offering.actions, offer.indices) if offer else repeat(self._actions),
                times,
            )
        )
        self._number += count
        return ArrivalBatch(visits, profiles, offsets, offer)

    def _keys(self, profiles: NDArray[np.intp], offsets: NDArray[np.float64]) -> list[_Key]:
        """Return what tells contexts apart: the profile, and everything that was drawn.

        A profile's own features are drawn for every visit, and used for those of that profile.
        """
        columns = [sample(s, self._context, offsets) for s in self._scenario.context.values()]
        own = [[sample(s, self._context, offsets) for s in specs] for specs in self._own]
        keys = list(zip(profiles.tolist(), *columns, strict=True))
        if any(own):
            rows = enumerate(keys)
            return [(*key, *(column[row] for column in own[key[0]])) for row, key in rows]
        return keys

    def _new_text(self, key: _Key) -> str:
        """Return the context as text; the same context is the same object, while it is kept."""
        everybody = 1 + len(self._scenario.context)
        text = self._templates[int(key[0])] % (*key[everybody:], *key[1:everybody])
        if len(self._texts) >= _CONTEXTS_KEPT:
            self._texts.clear()
        self._texts[key] = text
        return text


def _template(scenario: Scenario, profile: str) -> str:
    """Return a profile's context as text, with a ``%s`` for the JSON of each value that is drawn.

    The profile's features come first, then those of all profiles.
    """
    own = scenario.profiles[profile].context.items()
    values = [
        (name, _DRAWN if isinstance(value, Table) else _constant(value)) for name, value in own
    ]
    values += [(name, _DRAWN) for name in scenario.context]
    return f"[{','.join(f'{{{_constant(name)}:{value}}}' for name, value in values)}]"


def _constant(value: object) -> str:
    return json.dumps(value).replace("%", "%%")


_DRAWN = "%s"


def list_actions(scenario: Scenario) -> tuple[OfferedAction, ...]:
    """Return the scenario's actions as a personalizer sees them."""
    return tuple(
        OfferedAction(spec.id, json.dumps(spec.features, separators=(",", ":")))
        for spec in scenario.actions
    )


def _times(offsets: NDArray[np.float64]) -> list[timedelta]:
    times: list[timedelta] = offsets.astype("timedelta64[us]").tolist()
    return times
