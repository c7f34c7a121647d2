"""Throttling: a number of calls in a period, and then 429 with Retry-After."""

import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from mock_service.errors import ControlRequestInvalid

_MAX_CALLS = 1_000_000
_MAX_PERIOD = timedelta(days=1)
"""Each call of a period is remembered until it ends."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` within `period`, whenever that begins."""

    calls: int
    period: timedelta
    tier: str = "F0"
    """The pricing tier that the refusal names."""

    def __post_init__(self) -> None:
        """Raise ControlRequestInvalid for a rate that no client can keep."""
        if not 1 <= self.calls <= _MAX_CALLS or not timedelta() < self.period <= _MAX_PERIOD:
            raise ControlRequestInvalid(
                f"a rate should allow 1 to {_MAX_CALLS} calls in more than 0 seconds, "
                f"{_MAX_PERIOD.days} day at most"
            )


PROFILES: dict[str, Rate] = {
    "F0": Rate(20, timedelta(minutes=1), "F0"),
    "S0": Rate(1_000, timedelta(seconds=10), "S0"),
}
"""Rates in the manner of the tiers; the service's own numbers were never published."""


class Throttle:
    """Counts the calls of the last period, and says how long the next has to wait."""

    def __init__(self) -> None:
        self.rate: Rate | None = None
        """None lets everything pass."""
        self.refused = 0
        """How many calls had to wait."""
        self._passed: deque[datetime] = deque()

    def limit_to(self, rate: Rate | None) -> None:
        """Apply `rate` from now on, counting from zero."""
        self.rate = rate
        self.refused = 0
        self._passed.clear()

    def wait_seconds(self, now: datetime) -> int:
        """Return after how many seconds to come again; 0 lets the call pass, and counts it."""
        if self.rate is None:
            return 0
        while self._passed and self._passed[0] + self.rate.period <= now:
            self._passed.popleft()
        if len(self._passed) < self.rate.calls:
            self._passed.append(now)
            return 0
        self.refused += 1
        return math.ceil((self._passed[0] + self.rate.period - now).total_seconds())


def parse_rate(profile: str | None, calls: int | None, period: timedelta | None) -> Rate:
    """Return the rate of a profile, or of a number of calls in a period.

    Raises:
        ControlRequestInvalid: it names no profile, or says half of a rate, or both.
    """
    if profile is not None and calls is None and period is None:
        if profile in PROFILES:
            return PROFILES[profile]
        raise ControlRequestInvalid(f"profile {profile!r} should be one of {', '.join(PROFILES)}")
    if profile is None and calls is not None and period is not None:
        return Rate(calls, period)
    raise ControlRequestInvalid("throttling takes a profile, or calls and seconds")
