"""From how a policy acted on some traffic to sums over time."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from mock_service.evaluation.logged_data import Column, LoggedData
from mock_service.evaluation.policies import ActionProbabilities, PolicySource
from mock_service.evaluation.time_series import STEP, IpsSums, RewardSeries, Window


def reward_series(acted: ActionProbabilities, traffic: LoggedData) -> RewardSeries:
    """Return what a policy would have earned, step by step."""
    columns = _columns(acted, traffic)
    policy = acted.policy
    return RewardSeries(
        policy.name,
        policy.source,
        policy.arguments,
        _steps(columns, traffic),
        _sum_columns(columns),
    )


def total(acted: ActionProbabilities, traffic: LoggedData) -> IpsSums:
    """Return a policy's sums over everything."""
    return _sum_columns(_columns(acted, traffic))


def _steps(columns: Column, traffic: LoggedData) -> tuple[Window, ...]:
    timed, places = _places(traffic)
    known, rows = np.unique(places, return_inverse=True)
    summed = np.zeros((len(known), columns.shape[1]))
    np.add.at(summed, rows, columns[timed])
    return tuple(
        [
            Window(_EPOCH + place * STEP, IpsSums(*row))
            for place, row in zip(known.tolist(), summed.tolist(), strict=True)
        ]
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _columns(acted: ActionProbabilities, traffic: LoggedData) -> Column:
    """Return what is summed, one row a decision, in the order of `IpsSums`."""
    weights = acted.of_logged(traffic) / traffic.propensities
    if acted.policy.source is PolicySource.ONLINE:
        weights = np.ones(len(traffic))
    weights = weights * traffic.shares
    weighted = weights * traffic.rewards
    table: Column = np.column_stack(
        (weighted, traffic.shares, weights, weighted**2, (weights > 0).astype(np.float64))
    )
    return table


def _places(traffic: LoggedData) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the rows of decisions with a time, and how many steps after the epoch each is."""
    timed = [row for row, event in enumerate(traffic.events) if event.at is not None]
    moments = [event.at for event in traffic.events if event.at is not None]
    return (
        np.array(timed, dtype=np.intp),
        np.array([(moment - _EPOCH) // STEP for moment in moments], dtype=np.int64),
    )


def _sum_columns(columns: Column) -> IpsSums:
    return IpsSums(*columns.sum(axis=0).tolist())
