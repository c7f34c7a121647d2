"""From how a policy acted on some traffic to sums over time."""

import numpy as np
from numpy.typing import NDArray

from mock_service.evaluation.logged_data import Column, LoggedData
from mock_service.evaluation.policies import ActionProbabilities, PolicySource
from mock_service.evaluation.time_series import STEP, IpsSums, RewardSeries, Window
from mock_service.timestamps import EPOCH


def reward_series(acted: ActionProbabilities, logged: LoggedData) -> RewardSeries:
    """Return what a policy would have earned, step by step."""
    columns = _columns(acted, logged)
    policy = acted.policy
    return RewardSeries(
        policy.name,
        policy.source,
        policy.arguments,
        _steps(columns, logged),
        _sum_columns(columns),
    )


def _steps(columns: Column, logged: LoggedData) -> tuple[Window, ...]:
    timed, indices = _step_indices(logged)
    known, rows = np.unique(indices, return_inverse=True)
    summed = np.zeros((len(known), columns.shape[1]))
    np.add.at(summed, rows, columns[timed])
    return tuple(
        [
            Window(EPOCH + index * STEP, IpsSums(*row))
            for index, row in zip(known.tolist(), summed.tolist(), strict=True)
        ]
    )


def _columns(acted: ActionProbabilities, logged: LoggedData) -> Column:
    """Return what is summed, one row a decision, in the order of `IpsSums`."""
    weights = acted.of_logged(logged) / logged.propensities
    if acted.policy.source is PolicySource.ONLINE:
        weights = np.ones(len(logged))
    weights = weights * logged.shares
    weighted = weights * logged.rewards
    table: Column = np.column_stack(
        (weighted, logged.shares, weights, weighted**2, (weights > 0).astype(np.float64))
    )
    return table


def _step_indices(logged: LoggedData) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the rows of decisions with a time, and how many steps after the epoch each is."""
    timed = [row for row, event in enumerate(logged.events) if event.at is not None]
    timestamps = [event.at for event in logged.events if event.at is not None]
    return (
        np.array(timed, dtype=np.intp),
        np.array([(timestamp - EPOCH) // STEP for timestamp in timestamps], dtype=np.int64),
    )


def _sum_columns(columns: Column) -> IpsSums:
    return IpsSums(*columns.sum(axis=0).tolist())
