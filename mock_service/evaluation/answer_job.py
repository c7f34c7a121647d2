"""Answering an inquiry from a loop's log."""

from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import lazy_loader

from mock_service.dsjson.event import LoggedDecision
from mock_service.evaluation.auto_optimization_rule import optimal_policy
from mock_service.evaluation.evaluate_log import measure_importance
from mock_service.evaluation.evaluator import OffPolicyEvaluator
from mock_service.evaluation.job import EvaluationRequest, EvaluationResult, JobKind
from mock_service.evaluation.logged_data import LoggedData, collect, first_slots
from mock_service.evaluation.policies import (
    BASELINE,
    ONLINE,
    RANDOM,
    ActionProbabilities,
    Policy,
    PolicySource,
    custom_policy,
    evaluate_policy,
)
from mock_service.evaluation.time_series import RewardSeries
from mock_service.evaluation.windows import reward_series
from mock_service.vowpal.presets import PRESETS, with_exploration

if TYPE_CHECKING:
    from mock_service.evaluation import search as searching
else:  # optuna is an extra, and takes a while to import
    searching = lazy_loader.load("mock_service.evaluation.search", suppress_warning=True)

MIN_TO_SEARCH = 200
"""Decisions without which no search for a policy is worth anything."""

_TRIALS = 24
_HELD_OUT = 0.3


def answer(inquiry: EvaluationRequest, events: Iterable[LoggedDecision]) -> EvaluationResult:
    """Return what the log says.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept a policy.
    """
    logged = collect(first_slots(events))
    importance = measure_importance(logged) if len(logged) else ()
    if inquiry.kind is JobKind.IMPORTANCE or not len(logged):
        return EvaluationResult(importance=importance)
    policies = _policies(inquiry)
    acted = [evaluate_policy(policy, logged) for policy in policies]
    judged = EvaluationResult(tuple([reward_series(one, logged) for one in acted]), importance)
    if not inquiry.optimize:
        return replace(judged, optimal=optimal_policy(judged.courses))
    return _optimize(inquiry, judged, acted, logged)


def _policies(inquiry: EvaluationRequest) -> list[Policy]:
    online = replace(ONLINE, arguments=with_exploration(inquiry.online, inquiry.exploration))
    named = [custom_policy(one.name, one.arguments) for one in inquiry.policies]
    return [online, BASELINE, RANDOM, *named]


def _optimize(
    inquiry: EvaluationRequest,
    judged: EvaluationResult,
    acted: list[ActionProbabilities],
    logged: LoggedData,
) -> EvaluationResult:
    """Add policies that were found; they and their rivals are compared on held-out decisions."""
    if len(logged) < MIN_TO_SEARCH:
        words = f"A search needs {MIN_TO_SEARCH} decisions, and there are {len(logged)}."
        return replace(judged, optimal=optimal_policy(judged.courses), description=words)
    split = round(len(logged) * (1 - _HELD_OUT))
    later = logged.rows(split, len(logged))

    def held_out(one: ActionProbabilities) -> RewardSeries:
        return reward_series(ActionProbabilities(one.policy, one.probabilities[split:]), later)

    found = [
        held_out(evaluate_policy(policy, logged)) for policy in _search(inquiry, logged, split)
    ]
    rivals = [held_out(one) for one in acted]
    how = (
        "The policies found were chosen by the earlier 70% of the log, and their figures are those "
        "of the later 30%."
    )
    return replace(
        judged,
        courses=(*judged.courses, *found),
        optimal=optimal_policy([*rivals, *found[:1]]),
        description=how if find_spec("optuna") else f"{how} {_WITHOUT_OPTUNA}",
    )


def _search(inquiry: EvaluationRequest, logged: LoggedData, split: int) -> list[Policy]:
    """Return the best policies for the earlier part, the best first."""
    earlier = logged.rows(0, split)
    if find_spec("optuna") is None:
        return [_best_preset(inquiry, earlier)]
    return searching.best_policies(earlier, searching.SearchOptions(_TRIALS, inquiry.exploration))


def _best_preset(inquiry: EvaluationRequest, earlier: LoggedData) -> Policy:
    """Return the preset that does best, as a policy that was found."""
    presets = [
        Policy(
            "Hyper1",
            PolicySource.SEARCHED,
            with_exploration(preset.arguments, inquiry.exploration),
        )
        for preset in PRESETS.values()
    ]
    verdicts = OffPolicyEvaluator(earlier).judge(presets)
    return max(verdicts, key=lambda one: one.best_estimate.value or 0.0).policy


_WITHOUT_OPTUNA = (
    "Only the presets were tried: the search needs optuna, pip install 'personalizer-lab[search]'."
)
