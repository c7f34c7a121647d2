"""Sums over time: what the service reports of a policy for every window of an evaluation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from mock_service.evaluation.estimators import SERVICE_Z, interval_reach
from mock_service.evaluation.policies import Actions, PolicySource
from mock_service.evaluation.traffic import Column, Traffic

TOTAL = timedelta()
"""The window of what is summed over everything."""

WINDOWS = (
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
)
"""The windows of v1.0 and v1.1, in the order in which the service lists them."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What estimates need to know of some decisions.

    ``numerator`` is the sum of weighted rewards and ``squares`` that of their squares,
    ``decisions`` the number of decisions, ``weights`` the sum of weights, and ``possible`` counts
    decisions whose choice the policy might have made too.
    """

    numerator: float
    decisions: float
    weights: float
    squares: float
    possible: float

    @property
    def mean(self) -> float:
        """The mean reward by inverse propensities; 0 of nothing, as the service says it."""
        return self.numerator / self.decisions if self.decisions else 0.0

    @property
    def reach(self) -> float:
        """How far the service's 95% interval reaches to either side; 0 of too little."""
        if self.decisions <= 1:
            return 0.0
        return SERVICE_Z * interval_reach(self.numerator, self.squares, self.decisions)


@dataclass(frozen=True, slots=True)
class Window:
    """The sums of one window, which begins ``at``; that of the total is the end of all."""

    at: datetime
    length: timedelta
    sums: Sums


@dataclass(frozen=True, slots=True)
class PolicyHistory:
    """A policy's sums over all windows, as v1.0 and v1.1 report them."""

    acted: Actions
    windows: tuple[Window, ...]
    total: Window

    @property
    def online(self) -> bool:
        """Whether this is the policy that made the log, of which nothing need be estimated."""
        return self.acted.policy.source is PolicySource.ONLINE


def history(acted: Actions, traffic: Traffic, end: datetime) -> PolicyHistory:
    """Return the sums of all windows with their total; decisions without a time count only there.

    Windows without a decision appear between the first and the last that has one.
    """
    columns = _columns(acted, traffic)
    windows = tuple(
        window for length in WINDOWS for window in tumbling(acted, traffic, length, columns=columns)
    )
    return PolicyHistory(acted, windows, Window(end, TOTAL, _sums(columns.sum(axis=0))))


def total(acted: Actions, traffic: Traffic) -> Sums:
    """Return a policy's sums over everything."""
    return _sums(_columns(acted, traffic).sum(axis=0))


def tumbling(
    acted: Actions, traffic: Traffic, length: timedelta, *, columns: Column | None = None
) -> Iterator[Window]:
    """Yield the sums of windows that follow each other, each from its beginning."""
    table = _columns(acted, traffic) if columns is None else columns
    timed, places = _places(traffic, length)
    if not len(places):
        return
    first = int(places.min())
    counts = int(places.max()) - first + 1
    summed = np.zeros((counts, table.shape[1]))
    np.add.at(summed, places - first, table[timed])
    for offset in range(counts):
        yield Window(_EPOCH + (first + offset) * length, length, _sums(summed[offset]))


def expanding(acted: Actions, traffic: Traffic, step: timedelta) -> Iterator[Window]:
    """Yield what was known at the end of each step about everything until then."""
    known = np.zeros(len(_NAMES))
    for window in tumbling(acted, traffic, step):
        known += _numbers(window.sums)
        yield Window(window.at, step, _sums(known))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = ("numerator", "decisions", "weights", "squares", "possible")


def _columns(acted: Actions, traffic: Traffic) -> Column:
    """Return what is summed, one row a decision."""
    weights = acted.of_logged(traffic) / traffic.propensities
    if acted.policy.source is PolicySource.ONLINE:
        weights = np.ones(len(traffic))
    weights = weights * traffic.shares
    weighted = weights * traffic.rewards
    table: Column = np.column_stack(
        (weighted, traffic.shares, weights, weighted**2, (weights > 0).astype(np.float64))
    )
    return table


def _places(traffic: Traffic, length: timedelta) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the rows of decisions with a time, and how many windows after the epoch each is."""
    timed = [row for row, event in enumerate(traffic.events) if event.at is not None]
    moments = [event.at for event in traffic.events if event.at is not None]
    return (
        np.array(timed, dtype=np.intp),
        np.array([(moment - _EPOCH) // length for moment in moments], dtype=np.int64),
    )


def _sums(row: Column) -> Sums:
    return Sums(**dict(zip(_NAMES, row.tolist(), strict=True)))


def _numbers(sums: Sums) -> Column:
    return np.array([getattr(sums, name) for name in _NAMES])
