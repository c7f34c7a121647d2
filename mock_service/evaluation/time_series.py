"""What a policy would have earned over time, in sums from which every window can be made."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mock_service.evaluation.estimators import SERVICE_Z, standard_error
from mock_service.evaluation.policies import PolicySource
from mock_service.timestamps import EPOCH

STEP = timedelta(minutes=5)
"""The smallest window; all others are made of such."""

WINDOWS = (STEP, timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""The windows of v1.0 and v1.1, in the order in which the service lists them."""

_MAX_WINDOWS = 10_000
"""A series that would be longer (35 days of 5 minutes) leaves out windows without a decision."""


@dataclass(frozen=True, slots=True)
class IpsSums:
    """What estimates need to know of some decisions.

    ``numerator`` is the sum of weighted rewards and ``squares`` that of their squares,
    ``decisions`` the number of decisions, ``weights`` the sum of weights, and ``possible`` counts
    decisions whose choice the policy might have made too.
    """

    numerator: float = 0.0
    decisions: float = 0.0
    weights: float = 0.0
    squares: float = 0.0
    possible: float = 0.0

    def __add__(self, other: "IpsSums") -> "IpsSums":
        return IpsSums(
            self.numerator + other.numerator,
            self.decisions + other.decisions,
            self.weights + other.weights,
            self.squares + other.squares,
            self.possible + other.possible,
        )

    @property
    def mean(self) -> float:
        """The mean reward by inverse propensities; 0 of nothing, as the service says it."""
        return self.numerator / self.decisions if self.decisions else 0.0

    @property
    def half_width(self) -> float:
        """How far the service's 95% interval reaches to either side; 0 of too little."""
        if self.decisions <= 1:
            return 0.0
        return SERVICE_Z * standard_error(self.numerator, self.squares, self.decisions)


@dataclass(frozen=True, slots=True)
class Window:
    """The sums of one window, which begins ``at``."""

    at: datetime
    sums: IpsSums


@dataclass(frozen=True, slots=True)
class RewardSeries:
    """What a policy would have earned: in steps that hold a decision, and in all.

    Decisions without a time count only in ``total``.
    """

    name: str
    source: PolicySource
    arguments: str
    steps: tuple[Window, ...]
    total: IpsSums

    @property
    def online(self) -> bool:
        """Whether this is the policy that made the log, of which nothing need be estimated."""
        return self.source is PolicySource.ONLINE

    def between(self, start: datetime, end: datetime) -> "RewardSeries":
        """Return what was earned in the steps that begin in [start, end)."""
        steps = tuple([step for step in self.steps if start - STEP < step.at < end])
        if len(steps) == len(self.steps):
            return self
        return replace(self, steps=steps, total=sum([one.sums for one in steps], IpsSums()))


def tumbling(course: RewardSeries, length: timedelta) -> Iterator[Window]:
    """Yield the sums of windows that follow each other, each from its beginning.

    Windows without a decision appear between the first and the last that has one.
    """
    summed = _sum_windows(course, length)
    if not summed:
        return
    first, last = min(summed), max(summed)
    indices = range(first, last + 1) if last - first < _MAX_WINDOWS else sorted(summed)
    for index in indices:
        yield Window(EPOCH + index * length, summed.get(index, _NOTHING))


def with_decisions(course: RewardSeries, length: timedelta) -> Iterator[Window]:
    """Yield the sums of the windows that hold a decision, in the order of time."""
    for index, sums in sorted(_sum_windows(course, length).items()):
        yield Window(EPOCH + index * length, sums)


def _sum_windows(course: RewardSeries, length: timedelta) -> dict[int, IpsSums]:
    """Return the sums of each window with a decision, by how many windows after the epoch it is."""
    summed: dict[int, IpsSums] = {}
    for step in course.steps:
        index = (step.at - EPOCH) // length
        summed[index] = summed.get(index, _NOTHING) + step.sums
    return summed


def expanding(course: RewardSeries, length: timedelta) -> Iterator[Window]:
    """Yield what was known at the end of each window with a decision about all until then."""
    known = _NOTHING
    for window in with_decisions(course, length):
        known += window.sums
        yield Window(window.at, known)


_NOTHING = IpsSums()
