"""What time it is for the service; the only module that reads the wall clock."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from mock_service.errors import ControlRequestInvalid, SettingsInvalid
from mock_service.timestamps import EPOCH

EARLIEST, LATEST = EPOCH, datetime(9990, 1, 1, tzinfo=UTC)
"""Where a manual clock can be: what the service adds and takes away stays within the calendar."""


class Clock(Protocol):
    """A source of the present time."""

    def now(self) -> datetime:
        """Return the present time, with the UTC zone attached; it never goes backwards."""


class SystemClock:
    """The machine's own time, held still while it is set back."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the machine's time in UTC, or the latest it ever was."""
        self._last = max(self._last, datetime.now(UTC))
        return self._last


class ManualClock:
    """A clock that moves only by its methods."""

    __slots__ = ("_now", "_start")

    def __init__(self, start: datetime) -> None:
        """Show `start`.

        Raises:
            SettingsInvalid: it is before `EARLIEST` or after `LATEST`.
        """
        try:
            self._now = self._start = start.astimezone(UTC)
        except (OverflowError, ValueError):  # near the years 1 and 9999
            raise _out_of_range(start) from None
        if not EARLIEST <= self._start <= LATEST:
            raise _out_of_range(start)

    def now(self) -> datetime:
        """Return the timestamp the clock was last moved to."""
        return self._now

    def move_to(self, timestamp: datetime) -> None:
        """Show another timestamp, be it an earlier one: for when all else goes back too."""
        self._now = max(EARLIEST, min(timestamp.astimezone(UTC), LATEST))

    def check_step(self, step: timedelta) -> None:
        """See whether the clock can move forward by `step`.

        Raises:
            ValueError: it is negative.
            ControlRequestInvalid: it leads beyond `LATEST`.
        """
        self._add(step)

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`.

        Raises:
            ValueError: it is negative.
            ControlRequestInvalid: it leads beyond `LATEST`; the clock has not moved then.
        """
        self._now = self._add(step)

    def _add(self, step: timedelta) -> datetime:
        if step < _NOTHING:
            msg = f"a clock only moves forward, and the step was {step}"
            raise ValueError(msg)
        try:
            moved = self._now + step
        except OverflowError:
            moved = _END
        if moved > LATEST:
            raise ControlRequestInvalid(
                f"the clock shows {self._now:%Y-%m-%d %H:%M}Z, and cannot move beyond "
                f"{LATEST:%Y-%m-%d}"
            )
        return moved

    def restart(self) -> None:
        """Go back to the start; only for those who forget everything that came after it."""
        self._now = self._start


def days_before(timestamp: datetime, days: int) -> datetime:
    """Return the timestamp `days` earlier, or the beginning of the calendar."""
    return timestamp - timedelta(days=days) if days < (timestamp - _BEGINNING).days else _BEGINNING


_BEGINNING, _END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_NOTHING = timedelta()


def _out_of_range(start: datetime) -> SettingsInvalid:
    return SettingsInvalid(
        f"a manual clock starts from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}, "
        f"not at {start.isoformat()}"
    )
