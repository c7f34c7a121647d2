"""What can be shown at each moment: actions that appear, leave, and keep hours."""

from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.model import OfferedAction
from simulator.scenario.model import ActionSpec, Scenario


class AvailableActions(NamedTuple):
    """The actions of some visits: a mask of shape (visits, actions), and their places in a list."""

    mask: NDArray[np.bool_]
    indices: list[tuple[int, ...]]

    def beginning(self, count: int) -> "AvailableActions":
        """Return the first `count` visits of it."""
        return AvailableActions(self.mask[:count], self.indices[:count])


class Availability:
    """Says what is there when."""

    def __init__(self, scenario: Scenario, actions: tuple[OfferedAction, ...]) -> None:
        self._specs = scenario.actions
        self._all = actions
        self._changes = any(spec.comes_and_goes for spec in scenario.actions)
        self._kept: dict[tuple[int, ...], tuple[OfferedAction, ...]] = {}

    def at(self, offsets: list[timedelta]) -> AvailableActions | None:
        """Return what is there at these moments; None when that never changes."""
        if not self._changes:
            return None
        columns = [_availability(spec, offsets) for spec in self._specs]
        mask = np.stack(columns, axis=1)
        return AvailableActions(mask, [tuple(np.flatnonzero(row).tolist()) for row in mask])

    def actions(self, indices: tuple[int, ...]) -> tuple[OfferedAction, ...]:
        """Return the actions at these places; the same places give the same object."""
        if indices not in self._kept:
            self._kept[indices] = tuple(self._all[index] for index in indices)
        return self._kept[indices]


def _availability(spec: ActionSpec, offsets: list[timedelta]) -> NDArray[np.bool_]:
    if not spec.comes_and_goes:
        return np.ones(len(offsets), dtype=bool)
    return np.array([spec.is_there(offset) for offset in offsets])
