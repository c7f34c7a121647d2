"""An evaluation for people: estimates and intervals of each policy, and a recommendation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from numpy.random import default_rng

from mock_service.evaluation.evaluator import OffPolicyEvaluator, Options, PolicyEvaluation
from mock_service.evaluation.importance import FeatureScore, feature_importance
from mock_service.evaluation.logged_data import LoggedData
from mock_service.evaluation.pages import PagesEvaluation
from mock_service.evaluation.pipeline import IN_PROCESS, EvaluationRun, Execution, run_evaluation
from mock_service.evaluation.policies import ActionProbabilities, Policy
from mock_service.evaluation.recommendation import verdict_in_words
from mock_service.evaluation.replay import replay
from mock_service.evaluation.search_space import SearchOptions
from mock_service.vowpal.presets import PRESETS
from mock_service.vowpal.progressive_validation import train


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best policies of a search, the best first, judged on decisions held out from it.

    ``others`` are the policies they are compared with, on the same decisions; ``trials`` counts
    the candidates that were tried, and ``decisions`` those they were compared on.
    """

    best: tuple[PolicyEvaluation, ...]
    others: tuple[PolicyEvaluation, ...]
    trials: int
    decisions: int


@dataclass(frozen=True, slots=True)
class LogEvaluation:
    """What was found about some policies on one log; ``acted`` and ``verdicts`` go together.

    ``importance`` is empty where no model was trained, ``found`` is None without a search, and
    ``pages`` where the log holds no multi-slot event.
    """

    logged: LoggedData
    acted: tuple[ActionProbabilities, ...]
    verdicts: tuple[PolicyEvaluation, ...]
    importance: tuple[FeatureScore, ...]
    found: SearchResult | None = None
    pages: PagesEvaluation | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What to do by all decisions of the log, in sentences."""
        return tuple(verdict_in_words(self.verdicts, self.pages))


def evaluate_log(
    logged: LoggedData,
    policies: Sequence[Policy],
    options: Options,
    search: SearchOptions | None = None,
    execution: Execution = IN_PROCESS,
) -> LogEvaluation:
    """Judge policies on one log, search for better ones, and say which features matter.

    The callback for policies is called once more at the end, for the models of the rewards.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept a policy.
    """
    run = run_evaluation(logged, policies, search, execution)
    evaluator = OffPolicyEvaluator(logged, options)
    found = None if search is None else judge_held_out(run, evaluator, search.trials)
    if found is not None:
        found = replace(
            found,
            best=_with_replays(found.best, logged, options),
            others=_with_replays(found.others, logged, options),
        )
    importance = measure_importance(logged) if options.with_model else ()
    verdicts = _with_replays(evaluator.verdicts(list(run.acted)), logged, options)
    execution.policy_done(1)
    return LogEvaluation(logged, run.acted, verdicts, importance, found)


def _with_replays(
    evaluations: Iterable[PolicyEvaluation], logged: LoggedData, options: Options
) -> tuple[PolicyEvaluation, ...]:
    """Add to policies that learn what they earned on their own, by all of the log."""
    return tuple(
        [
            replace(one, replay=replay(one.policy, logged, default_rng(options.seed)))
            if one.policy.learns and options.with_model
            else one
            for one in evaluations
        ]
    )


def judge_held_out(run: EvaluationRun, evaluator: OffPolicyEvaluator, trials: int) -> SearchResult:
    """Judge found policies and their rivals on the part of the log that the search has not seen.

    The model of the rewards has learned from the earlier part by then. `run` is one with a search.
    """
    held_out = run.held_out
    if held_out is None:
        raise ValueError("nothing was held out of this evaluation")
    expected = None if evaluator.expected is None else evaluator.expected[held_out.start :]
    later = OffPolicyEvaluator(held_out.logged, evaluator.options, expected)
    verdicts = later.verdicts([*held_out.found, *held_out.others])
    count = len(held_out.found)
    return SearchResult(tuple(verdicts[:count]), tuple(verdicts[count:]), trials, held_out.start)


def measure_importance(logged: LoggedData) -> tuple[FeatureScore, ...]:
    """Return what the choices of a policy that learned from all of the log would hang on."""
    model = train(logged.events, PRESETS["quick"].arguments)
    try:
        return tuple(feature_importance(model, logged.events))
    finally:
        model.close()
