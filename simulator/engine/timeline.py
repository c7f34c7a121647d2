"""When things happen: on a clock that visits move, or on the wall."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep
from typing import Protocol

from simulator.model import Visit


class Timeline(Protocol):
    """Says what time it is for a run; moments are counted from its beginning."""

    def now(self, visit: Visit) -> timedelta:
        """Return the moment at which `visit`, the latest one, happens."""

    def due(self, visit: Visit, delay: timedelta) -> timedelta:
        """Return the moment that is `delay` after `visit`."""

    def wait_until(self, offset: timedelta) -> None:
        """Return when that moment has come."""


class VirtualTime:
    """Visits happen when the scenario says, and waiting takes no time."""

    def now(self, visit: Visit) -> timedelta:
        """Return the visit's own moment."""
        return visit.offset

    def due(self, visit: Visit, delay: timedelta) -> timedelta:
        """Return the moment that is `delay` after the visit's own."""
        return visit.offset + delay

    def wait_until(self, offset: timedelta) -> None:
        """Return at once."""


class RealTime:
    """Visits happen one after the other, and rewards come after their real delay or at once."""

    def __init__(
        self,
        *,
        delays: bool = True,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._delays = delays
        self._clock, self._pause = clock, pause
        self._began = clock()

    def now(self, _visit: Visit) -> timedelta:
        """Return the time since the run began."""
        return timedelta(seconds=self._clock() - self._began)

    def due(self, visit: Visit, delay: timedelta) -> timedelta:
        """Return the moment that is `delay` from now."""
        return self.now(visit) + delay if self._delays else self.now(visit)

    def wait_until(self, offset: timedelta) -> None:
        """Sleep for the rest of the time."""
        rest = offset.total_seconds() - (self._clock() - self._began)
        if rest > 0:
            self._pause(rest)
