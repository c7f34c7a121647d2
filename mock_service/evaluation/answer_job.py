"""Answering an evaluation or a feature importance from a loop's log, as the service does."""

from collections.abc import Iterable
from dataclasses import replace

from mock_service.dsjson.event import LoggedDecision
from mock_service.evaluation.auto_optimization_rule import optimal_policy
from mock_service.evaluation.evaluate_log import measure_importance
from mock_service.evaluation.job import EvaluationRequest, EvaluationResult, JobKind
from mock_service.evaluation.logged_data import collect, first_slots
from mock_service.evaluation.overlap import find_unsupported
from mock_service.evaluation.pipeline import MIN_TO_SEARCH, HeldOut, has_search, run_evaluation
from mock_service.evaluation.policies import ONLINE, custom_policy, default_policies
from mock_service.evaluation.search_space import SearchOptions
from mock_service.evaluation.windows import reward_series
from mock_service.vowpal.presets import with_exploration

_TRIALS = 24


def answer(inquiry: EvaluationRequest, events: Iterable[LoggedDecision]) -> EvaluationResult:
    """Return what the log says.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept a policy.
    """
    logged = collect(first_slots(events))
    importance = measure_importance(logged) if len(logged) else ()
    if inquiry.kind is JobKind.IMPORTANCE or not len(logged):
        return EvaluationResult(importance=importance)
    online = replace(ONLINE, arguments=with_exploration(inquiry.online, inquiry.exploration))
    named = [custom_policy(one.name, one.arguments) for one in inquiry.policies]
    wants_search = inquiry.optimize and len(logged) >= MIN_TO_SEARCH
    run = run_evaluation(
        logged,
        [*default_policies(online), *named],
        SearchOptions(_TRIALS, inquiry.exploration) if wants_search else None,
    )
    courses = tuple([reward_series(one, logged) for one in run.acted])
    if run.held_out is None:
        too_few = f"A search needs {MIN_TO_SEARCH} decisions, and there are {len(logged)}."
        return EvaluationResult(
            courses,
            importance,
            optimal_policy(courses, find_unsupported(run.acted, logged)),
            too_few if inquiry.optimize else "",
        )
    return _add_found(EvaluationResult(courses, importance), run.held_out)


def _add_found(judged: EvaluationResult, held_out: HeldOut) -> EvaluationResult:
    """Add the found policies; they and their rivals are compared on held-out decisions."""
    found = [reward_series(one, held_out.logged) for one in held_out.found]
    rivals = [reward_series(one, held_out.logged) for one in held_out.others]
    return replace(
        judged,
        courses=(*judged.courses, *found),
        optimal=optimal_policy(
            [*rivals, *found[:1]],
            find_unsupported([*held_out.found, *held_out.others], held_out.logged),
        ),
        description=_HOW if has_search() else f"{_HOW} {_WITHOUT_OPTUNA}",
    )


_HOW = (
    "The policies found were chosen by the earlier 70% of the log, and their figures are those "
    "of the later 30%."
)
_WITHOUT_OPTUNA = (
    "Only the presets were tried: the search needs optuna, pip install 'personalizer-lab[search]'."
)
