"""Where the host learns what time it is; the only file that reads the wall clock."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the present moment."""

    def now(self) -> datetime:
        """Return the present moment, with the UTC zone attached; it never goes backwards."""


class SystemClock:
    """The machine's own time, held still while somebody sets it back."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the machine's time in UTC, or the latest it ever was."""
        self._last = max(self._last, datetime.now(UTC))
        return self._last


class ManualClock:
    """A clock that moves only when it is told to."""

    __slots__ = ("_now",)

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment the clock was last moved to."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Show another moment, be it an earlier one: for when everything else goes back too."""
        self._now = moment.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`; raises ValueError when `step` is negative."""
        if step < timedelta():
            msg = f"a clock only moves forward, and the step was {step}"
            raise ValueError(msg)
        self._now += step
