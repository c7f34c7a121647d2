"""When users come."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from simulator.errors import OptionsInvalid
from simulator.scenario.model import TrafficSpec
from simulator.users.feature_sampling import DAY, HOUR

_MAX_RUN = 3000 * 365 * DAY
"""In microseconds; the calendar ends some thousand years later."""


class ArrivalTimes:
    """Draws the moments of visits, in microseconds since the simulation began."""

    def __init__(self, spec: TrafficSpec, rng: Generator) -> None:
        self._mean_gap = HOUR / spec.per_hour
        self._rng = rng
        self._last = 0.0
        self._day: NDArray[np.float64] | None = None
        if spec.by_hour is not None:
            shares = np.array(spec.by_hour) / np.sum(spec.by_hour)
            self._day = np.concatenate([[0.0], np.cumsum(shares)]) * DAY
            self._day[-1] = DAY

    def offsets(self, count: int) -> NDArray[np.float64]:
        """Return when the next visits happen: a Poisson process has exponential gaps.

        By hour of the day the same process runs on a clock that is fast when it is busy.
        """
        even: NDArray[np.float64]
        even = self._last + np.cumsum(self._rng.exponential(self._mean_gap, count))
        self._last = float(even[-1])
        if self._last > _MAX_RUN:
            raise OptionsInvalid(
                "traffic.per_hour: expected so many visits within 3,000 years; let more come an "
                "hour, or fewer rounds"
            )
        if self._day is None:
            return even
        hours = np.arange(len(self._day)) * HOUR
        offsets: NDArray[np.float64] = even // DAY * DAY + np.interp(even % DAY, self._day, hours)
        return offsets
