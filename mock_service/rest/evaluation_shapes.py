"""Evaluations and feature importances in the shapes the service gave them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mock_service.errors import ServiceProblem
from mock_service.evaluation.importance import Explanation, FeatureScore
from mock_service.evaluation.policies import Actions
from mock_service.evaluation.traffic import Traffic
from mock_service.evaluation.windows import (
    PolicyHistory,
    Sums,
    Window,
    expanding,
    history,
    total,
    tumbling,
)

Json = dict[str, Any]

_EXPANDING_STEP = 5
_ROLLING_STEPS = (60, 360, 720, 1440)


def policy_results(acted: Iterable[Actions], traffic: Traffic, end: datetime) -> list[Json]:
    """Return ``policyResults`` of v1.0 and v1.1: sums for four window lengths, and the total."""
    return [_policy_result(history(one, traffic, end)) for one in acted]


def _policy_result(one: PolicyHistory) -> Json:
    policy = one.acted.policy
    return {
        "name": policy.name,
        "arguments": policy.arguments,
        "policySource": policy.source.value,
        "summary": [_summary(window, online=one.online) for window in one.windows],
        "totalSummary": _summary(one.total, online=one.online),
    }


def _summary(window: Window, *, online: bool) -> Json:
    sums = window.sums
    summary: Json = {
        "timeStamp": zulu(window.at),
        "ipsEstimatorNumerator": sums.numerator,
        "ipsEstimatorDenominator": sums.decisions,
        "snipsEstimatorDenominator": sums.weights,
        "aggregateTimeWindow": _DURATIONS[window.length],
    }
    if not online:
        summary |= {"nonZeroProbability": sums.possible, "sumOfSquares": sums.squares}
    summary |= {
        "confidenceInterval": 0.0 if online else sums.reach,
        "averageReward": sums.mean,
    }
    return summary


@dataclass(frozen=True, slots=True)
class Span:
    """Which time an evaluation is read for, and in which steps."""

    start: datetime
    end: datetime
    minutes: int = _EXPANDING_STEP
    rolling: bool = False


def evaluation_content(acted: Iterable[Actions], traffic: Traffic, span: Span) -> Json:
    """Return ``content`` of 2022-09-01-preview: one summary and one series for each policy.

    Raises:
        ServiceProblem: steps of 5 minutes only expand, and longer ones only roll.
    """
    if span.minutes not in (_ROLLING_STEPS if span.rolling else (_EXPANDING_STEP,)):
        raise ServiceProblem(
            "BadRequest",
            "The Expanding window works with an intervalInMinutes of 5, and the Rolling window "
            f"with {', '.join(map(str, _ROLLING_STEPS))}.",
        )
    return {
        "startTime": zulu(span.start),
        "endTime": zulu(span.end),
        "intervalInMinutes": span.minutes,
        "value": [_policy_content(one, traffic, span) for one in acted],
    }


def _policy_content(acted: Actions, traffic: Traffic, span: Span) -> Json:
    policy, step = acted.policy, timedelta(minutes=span.minutes)
    series = tumbling if span.rolling else expanding
    return {
        "name": policy.name,
        "arguments": policy.arguments,
        "policySource": policy.source.value,
        "summary": _expectation(total(acted, traffic)),
        "timeseries": {
            "data": [
                {"timeStamp": zulu(window.at), **_expectation(window.sums)}
                for window in series(acted, traffic, step)
            ]
        },
    }


def _expectation(sums: Sums) -> Json:
    return {
        "expectedReward": sums.mean,
        "confidenceInterval": [sums.mean - sums.reach, sums.mean + sums.reach],
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


def inference_explanation(explanations: Iterable[Explanation]) -> list[Json]:
    """Return ``inferenceExplanation`` of a rank response."""
    return [
        {
            "id": one.action_id,
            "features": [{"name": name, "score": score} for name, score in one.features],
        }
        for one in explanations
    ]


def zulu(moment: datetime) -> str:
    """Return a moment in UTC as the wire writes it."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


_DURATIONS = {
    timedelta(): "PT0S",
    timedelta(minutes=5): "PT5M",
    timedelta(hours=1): "PT1H",
    timedelta(hours=6): "PT6H",
    timedelta(days=1): "P1D",
}
