"""Evaluations as plain data, for programs."""

from dataclasses import asdict
from typing import Any

from mock_service.evaluation.evaluate_log import LogEvaluation, SearchResult
from mock_service.evaluation.evaluator import PolicyEvaluation
from mock_service.evaluation.pages import PagesEvaluation, PageValue
from mock_service.evaluation.replay import Replay

Json = dict[str, Any]


def study_to_dict(study: LogEvaluation) -> Json:
    """Return a study's figures."""
    return {
        "decisions": len(study.logged),
        "skipped": study.logged.skipped,
        "unusable": study.logged.unusable,
        "verdict": list(study.words),
        "policies": [verdict_to_dict(one) for one in study.verdicts],
        "feature_importance": [
            {
                "namespace": one.feature.namespace,
                "featureName": one.feature.name,
                "score": one.score,
            }
            for one in study.importance
        ],
        "pages": None if study.pages is None else _pages_to_dict(study.pages),
    }


def search_to_dict(found: SearchResult) -> Json:
    """Return a search's figures; its policies were judged on decisions held out from it."""
    return {
        "trials": found.trials,
        "searched_decisions": found.decisions,
        "held_out_decisions": found.best[0].overlap.decisions if found.best else 0,
        "best": [verdict_to_dict(one) for one in found.best],
        "others": [verdict_to_dict(one) for one in found.others],
    }


def verdict_to_dict(one: PolicyEvaluation) -> Json:
    """Return all that is known about one policy."""
    return {
        "name": one.policy.name,
        "source": one.policy.source.value,
        "arguments": one.policy.arguments,
        "mean_reward": asdict(one.best_estimate),
        "estimator": one.best.value,
        "advantage": asdict(one.uplift),
        "estimates": {name.value: asdict(value) for name, value in one.estimates.items()},
        "bootstrap": asdict(one.intervals.bootstrap),
        "empirical_likelihood": asdict(one.intervals.empirical_likelihood),
        "anytime": asdict(one.intervals.anytime),
        "anytime_dr": asdict(one.intervals.anytime_dr),
        "anytime_advantage": asdict(one.intervals.anytime_uplift),
        "overlap": asdict(one.overlap),
        "replay": None if one.replay is None else _replay_to_dict(one.replay),
    }


def _pages_to_dict(pages: PagesEvaluation) -> Json:
    """Return what policies earn with whole pages, and with the slots of each."""
    return {
        "pages": pages.pages,
        "left_out": pages.left_out,
        "policies": [
            {
                "name": one.policy.name,
                "per_decision": _page_value_to_dict(one.per_decision),
                "pseudo_inverse": _page_value_to_dict(one.pseudo_inverse),
                "slots": [_slot_to_dict(slot) for slot in one.slots],
            }
            for one in pages.policies
        ],
    }


def _page_value_to_dict(value: PageValue) -> Json:
    return _slot_to_dict(value) | {"advantage": asdict(value.uplift)}


def _slot_to_dict(value: PageValue) -> Json:
    return {"mean_reward": asdict(value.mean_reward), "overlap": asdict(value.overlap)}


def _replay_to_dict(replay: Replay) -> Json:
    return {"accepted": replay.accepted, **asdict(replay.mean_reward)}
