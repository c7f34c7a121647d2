"""Evaluations as plain data, for programs."""

from dataclasses import asdict
from typing import Any

from mock_service.evaluation.estimators import Estimate
from mock_service.evaluation.evaluate_log import LogEvaluation
from mock_service.evaluation.evaluator import PolicyEvaluation
from mock_service.evaluation.search_result import SearchResult

Json = dict[str, Any]


def study_record(study: LogEvaluation) -> Json:
    """Return a study's figures."""
    return {
        "decisions": len(study.logged),
        "skipped": study.logged.skipped,
        "unusable": study.logged.unusable,
        "verdict": list(study.words),
        "policies": [verdict_record(one) for one in study.verdicts],
        "feature_importance": [
            {
                "namespace": one.feature.namespace,
                "featureName": one.feature.name,
                "score": round(one.score, 6),
            }
            for one in study.importance
        ],
    }


def found_record(found: SearchResult) -> Json:
    """Return a search's figures; its policies were judged on decisions held out from it."""
    return {
        "trials": found.trials,
        "searched_decisions": found.decisions,
        "held_out_decisions": found.best[0].overlap.decisions if found.best else 0,
        "best": [verdict_record(one) for one in found.best],
        "others": [verdict_record(one) for one in found.others],
    }


def verdict_record(one: PolicyEvaluation) -> Json:
    """Return all that is known about one policy."""
    return {
        "name": one.policy.name,
        "source": one.policy.source.value,
        "arguments": one.policy.arguments,
        "mean_reward": _estimate(one.best_estimate),
        "estimator": one.best.value,
        "advantage": _estimate(one.uplift),
        "estimates": {name.value: _estimate(value) for name, value in one.estimates.items()},
        "bootstrap": _estimate(one.bootstrapped),
        "anytime": _estimate(one.confidence_sequence),
        "overlap": asdict(one.overlap),
    }


def _estimate(estimate: Estimate) -> Json:
    return {
        name: None if value is None else round(value, 6) for name, value in asdict(estimate).items()
    }
