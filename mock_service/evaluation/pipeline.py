"""One evaluation of a log: how policies would have acted on it, and what a search adds to them.

Two rules decide on what comes out: `recommendation`, for people who read, and
`auto_optimization_rule`, the service's own for what it applies without asking.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import lazy_loader

from mock_service.evaluation.evaluator import OffPolicyEvaluator
from mock_service.evaluation.logged_data import LoggedData
from mock_service.evaluation.policies import (
    ActionProbabilities,
    Policy,
    PolicySource,
    evaluate_policy,
)
from mock_service.evaluation.search_space import FOUND_NAME, SearchOptions
from mock_service.vowpal.explorers import find_explorer
from mock_service.vowpal.presets import PRESETS, with_exploration

if TYPE_CHECKING:
    from mock_service.evaluation import search as searching
else:  # optuna is an extra, and takes a while to import
    searching = lazy_loader.load("mock_service.evaluation.search", suppress_warning=True)

MIN_TO_SEARCH = 200
"""Decisions without which no search for a policy is worth anything."""

HELD_OUT_SHARE = 0.3
"""The share of a log, at its end, on which found policies are judged."""


@dataclass(frozen=True, slots=True)
class Execution:
    """Where the trials of a search run, and what is called as policies and trials are done.

    The callbacks take how many more are done.
    """

    executor: Executor | None = None
    policy_done: Callable[[int], None] = lambda _: None
    trials_done: Callable[[int], None] = lambda _: None


IN_PROCESS = Execution()
"""Trials run in this process, and nothing is called."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The later part of a log, from the decision `start` on, which chose no policy.

    ``found`` are the policies of the search, best first, and ``others`` those of the evaluation.
    """

    start: int
    logged: LoggedData
    found: tuple[ActionProbabilities, ...]
    others: tuple[ActionProbabilities, ...]


@dataclass(frozen=True, slots=True)
class EvaluationRun:
    """How policies would have acted on a log; ``held_out`` is there after a search."""

    logged: LoggedData
    acted: tuple[ActionProbabilities, ...]
    held_out: HeldOut | None = None


def run_evaluation(
    logged: LoggedData,
    policies: Sequence[Policy],
    search: SearchOptions | None = None,
    execution: Execution = IN_PROCESS,
) -> EvaluationRun:
    """Let policies act on a log, and search for better ones where `search` says how.

    The same seed finds the same policies, however many processes the executor has.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept a policy.
    """
    acted = []
    for policy in policies:
        acted.append(evaluate_policy(policy, logged))
        execution.policy_done(1)
    if search is None:
        return EvaluationRun(logged, tuple(acted))
    start = round(len(logged) * (1 - HELD_OUT_SHARE))
    policies = find_policies(logged.rows(0, start), search, execution)
    found = [evaluate_policy(policy, logged) for policy in policies]
    held_out = HeldOut(
        start,
        logged.rows(start, len(logged)),
        tuple([one.rows(start) for one in found]),
        tuple([one.rows(start) for one in acted]),
    )
    return EvaluationRun(logged, tuple(acted), held_out)


def has_search() -> bool:
    """Return whether the search is installed; without it only the presets are tried."""
    return find_spec("optuna") is not None


def find_policies(
    earlier: LoggedData, options: SearchOptions, execution: Execution = IN_PROCESS
) -> list[Policy]:
    """Return the policies that do best on the earlier part of a log, best first."""
    if has_search():
        return searching.best_policies(earlier, options, execution.executor, execution.trials_done)
    presets = [
        Policy(
            f"{FOUND_NAME}1",
            PolicySource.SEARCHED,
            with_exploration(preset.arguments, options.exploration),
        )
        for preset in PRESETS.values()
        if find_explorer(preset.arguments).keeps_chances
    ]
    evaluations = OffPolicyEvaluator(earlier).judge(presets)
    return [max(evaluations, key=lambda one: one.estimates[one.best].value or 0.0).policy]
