"""Evaluations and feature importances in the shapes the service gave them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mock_service.errors import ApiError
from mock_service.evaluation.importance import FeatureScore
from mock_service.evaluation.policies import BASELINE, RANDOM
from mock_service.evaluation.time_series import (
    WINDOWS,
    IpsSums,
    RewardSeries,
    expanding,
    tumbling,
    with_decisions,
)
from mock_service.timestamps import format_timestamp

Json = dict[str, Any]

_EXPANDING_STEP = 5
_ROLLING_STEPS = (60, 360, 720, 1440)


def policy_results(courses: Iterable[RewardSeries], end: datetime) -> list[Json]:
    """Return ``policyResults`` of v1.0 and v1.1: sums for four window lengths, and the total."""
    return [
        policy_total(one, end)
        | {
            "summary": [
                _summary(window.at, length, window.sums, online=one.online)
                for length in WINDOWS
                for window in tumbling(one, length)
            ]
        }
        for one in courses
    ]


def policy_total(one: RewardSeries, end: datetime) -> Json:
    """Return what lists of v1.0 and v1.1 show of a policy: the total only."""
    return {
        "name": one.name,
        "arguments": one.arguments,
        "policySource": one.source.value,
        "totalSummary": _summary(end, _TOTAL, one.total, online=one.online),
    }


def _summary(at: datetime, length: timedelta, sums: IpsSums, *, online: bool) -> Json:
    summary: Json = {
        "timeStamp": format_timestamp(at, "seconds"),
        "ipsEstimatorNumerator": sums.numerator,
        "ipsEstimatorDenominator": sums.decisions,
        "snipsEstimatorDenominator": sums.weights,
        "aggregateTimeWindow": _DURATIONS[length],
    }
    if not online:
        summary |= {"nonZeroProbability": sums.possible, "sumOfSquares": sums.squares}
    summary |= {
        "confidenceInterval": 0.0 if online else sums.half_width,
        "averageReward": sums.mean,
    }
    return summary


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """Which time an evaluation is read for, and in which steps."""

    start: datetime
    end: datetime
    minutes: int = _EXPANDING_STEP
    rolling: bool = False


def evaluation_content(courses: Iterable[RewardSeries], span: SeriesQuery) -> Json:
    """Return ``content`` of 2022-09-01-preview: one summary and one series for each policy.

    Raises:
        ApiError: steps of 5 minutes only expand, and longer ones only roll.
    """
    check_span(span)
    return {
        "startTime": format_timestamp(span.start, "seconds"),
        "endTime": format_timestamp(span.end, "seconds"),
        "intervalInMinutes": span.minutes,
        "value": [_policy_content(one.between(span.start, span.end), span) for one in courses],
    }


def check_span(span: SeriesQuery) -> None:
    """Refuse steps that do not go with their window.

    Raises:
        ApiError: steps of 5 minutes only expand, and longer ones only roll.
    """
    if span.minutes not in (_ROLLING_STEPS if span.rolling else (_EXPANDING_STEP,)):
        raise ApiError(
            "BadRequest",
            "The Expanding window works with an intervalInMinutes of 5, and the Rolling window "
            f"with {', '.join(map(str, _ROLLING_STEPS))}.",
        )


def _policy_content(one: RewardSeries, span: SeriesQuery) -> Json:
    series = with_decisions if span.rolling else expanding
    return {
        "name": _NEWEST_NAMES.get(one.name, one.name),
        "slotId": _OVERALL,
        "arguments": one.arguments,
        "policySource": one.source.value,
        "summary": _expectation(one.total),
        "timeseries": {
            "data": [
                {"timeStamp": format_timestamp(window.at, "seconds"), **_expectation(window.sums)}
                for window in series(one, timedelta(minutes=span.minutes))
            ]
        },
    }


def _expectation(sums: IpsSums) -> Json:
    return {
        "expectedReward": sums.mean,
        "confidenceInterval": [sums.mean - sums.half_width, sums.mean + sums.half_width],
    }


def feature_scores(scores: Iterable[FeatureScore]) -> list[Json]:
    """Return ``featureScores`` of 2022-09-01-preview, the most important first."""
    return [
        {
            "namespace": one.feature.namespace,
            "featureName": one.feature.name,
            "score": one.score,
        }
        for one in scores
    ]


_NEWEST_NAMES = {BASELINE.name: "baseline1", RANDOM.name: "baselineRand"}
"""What 2022-09-01-preview calls policies that have another name in the versions before."""

_OVERALL = ""
"""The slot id of results that are of no slot in particular, or of the only one."""

_TOTAL = timedelta()
_DURATIONS = {
    _TOTAL: "PT0S",
    timedelta(minutes=5): "PT5M",
    timedelta(hours=1): "PT1H",
    timedelta(hours=6): "PT6H",
    timedelta(days=1): "P1D",
}
