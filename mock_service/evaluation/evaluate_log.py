"""One evaluation from a log to a verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mock_service.evaluation.evaluator import OffPolicyEvaluator, Options, PolicyEvaluation
from mock_service.evaluation.importance import FeatureScore, feature_importance
from mock_service.evaluation.logged_data import LoggedData
from mock_service.evaluation.policies import ActionProbabilities, Policy, evaluate_policy
from mock_service.evaluation.recommendation import verdict_in_words
from mock_service.vowpal.presets import PRESETS
from mock_service.vowpal.progressive_validation import train


@dataclass(frozen=True, slots=True)
class LogEvaluation:
    """What was found about some policies on one log; ``acted`` and ``verdicts`` go together.

    ``importance`` is empty where no model was trained.
    """

    logged: LoggedData
    acted: tuple[ActionProbabilities, ...]
    verdicts: tuple[PolicyEvaluation, ...]
    importance: tuple[FeatureScore, ...]
    words: tuple[str, ...]


def evaluate_log(
    logged: LoggedData,
    policies: Sequence[Policy],
    options: Options,
    progress: Callable[[int], None] = lambda _: None,
) -> LogEvaluation:
    """Judge policies on one log, and say which features matter.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept a policy.
    """
    judge = OffPolicyEvaluator(logged, options)
    progress(1)
    acted = []
    for policy in policies:
        acted.append(evaluate_policy(policy, logged))
        progress(1)
    verdicts = judge.verdicts(acted)
    importance = measure_importance(logged) if options.with_model else ()
    progress(1)
    return LogEvaluation(
        logged, tuple(acted), tuple(verdicts), importance, tuple(verdict_in_words(verdicts))
    )


def measure_importance(logged: LoggedData) -> tuple[FeatureScore, ...]:
    """Return what the choices of a policy that learned from all of the log would hang on."""
    model = train(logged.events, PRESETS["quick"].arguments)
    try:
        return tuple(feature_importance(model, logged.events))
    finally:
        model.close()
