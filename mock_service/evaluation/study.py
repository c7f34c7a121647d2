"""One evaluation from a log to a verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mock_service.evaluation.importance import FeatureScore, feature_importance
from mock_service.evaluation.judging import Judge, Options, Verdict
from mock_service.evaluation.policies import Actions, Policy, act
from mock_service.evaluation.traffic import Traffic
from mock_service.evaluation.words import verdict_in_words
from mock_service.learning.policies import PRESETS
from mock_service.learning.replay import train


@dataclass(frozen=True, slots=True)
class Study:
    """What was found about some policies on one log; ``acted`` and ``verdicts`` go together.

    ``importance`` is empty where no model was trained.
    """

    traffic: Traffic
    acted: tuple[Actions, ...]
    verdicts: tuple[Verdict, ...]
    importance: tuple[FeatureScore, ...]
    words: tuple[str, ...]


def study(
    traffic: Traffic,
    policies: Sequence[Policy],
    options: Options,
    progress: Callable[[int], None] = lambda _: None,
) -> Study:
    """Judge policies on one log, and say which features matter.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept a policy.
    """
    judge = Judge(traffic, options)
    progress(1)
    acted = []
    for policy in policies:
        acted.append(act(policy, traffic))
        progress(1)
    verdicts = judge.verdicts(acted)
    importance = importance_of(traffic) if options.with_model else ()
    progress(1)
    return Study(
        traffic, tuple(acted), tuple(verdicts), importance, tuple(verdict_in_words(verdicts))
    )


def importance_of(traffic: Traffic) -> tuple[FeatureScore, ...]:
    """Return what the choices of a policy that learned from all of the log would hang on."""
    model = train(traffic.events, PRESETS["quick"].arguments)
    try:
        return tuple(feature_importance(model, traffic.events))
    finally:
        model.close()
