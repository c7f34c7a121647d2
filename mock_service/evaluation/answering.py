"""Answering an inquiry from a loop's log."""

from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import lazy_loader

from mock_service.evaluation.course import Course
from mock_service.evaluation.inquiry import Findings, Inquiry, Kind
from mock_service.evaluation.judging import Judge
from mock_service.evaluation.optimization import optimal_policy
from mock_service.evaluation.policies import (
    BASELINE,
    ONLINE,
    RANDOM,
    Actions,
    Policy,
    PolicySource,
    act,
    custom_policy,
)
from mock_service.evaluation.study import importance_of
from mock_service.evaluation.traffic import Traffic, first_slots, gather
from mock_service.evaluation.windows import course
from mock_service.learning.policies import PRESETS, with_exploration
from mock_service.logs.event import LoggedDecision

if TYPE_CHECKING:
    from mock_service.evaluation import search as searching
else:  # optuna is an extra, and takes a while to import
    searching = lazy_loader.load("mock_service.evaluation.search", suppress_warning=True)

FEWEST_TO_SEARCH = 200
"""Decisions without which no search for a policy is worth anything."""

_TRIALS = 24
_HELD_OUT = 0.3


def answer(inquiry: Inquiry, events: Iterable[LoggedDecision]) -> Findings:
    """Return what the log says.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept a policy.
    """
    traffic = gather(first_slots(events))
    importance = importance_of(traffic) if len(traffic) else ()
    if inquiry.kind is Kind.IMPORTANCE or not len(traffic):
        return Findings(importance=importance)
    policies = _policies(inquiry)
    acted = [act(policy, traffic) for policy in policies]
    judged = Findings(tuple([course(one, traffic) for one in acted]), importance)
    if not inquiry.optimize:
        return replace(judged, optimal=optimal_policy(judged.courses))
    return _optimized(inquiry, judged, acted, traffic)


def _policies(inquiry: Inquiry) -> list[Policy]:
    online = replace(ONLINE, arguments=with_exploration(inquiry.online, inquiry.exploration))
    named = [custom_policy(one.name, one.arguments) for one in inquiry.policies]
    return [online, BASELINE, RANDOM, *named]


def _optimized(
    inquiry: Inquiry, judged: Findings, acted: list[Actions], traffic: Traffic
) -> Findings:
    """Add policies that were found; they and their rivals are compared on held-out decisions."""
    if len(traffic) < FEWEST_TO_SEARCH:
        words = f"A search needs {FEWEST_TO_SEARCH} decisions, and there are {len(traffic)}."
        return replace(judged, optimal=optimal_policy(judged.courses), description=words)
    split = round(len(traffic) * (1 - _HELD_OUT))
    later = traffic.rows(split, len(traffic))

    def held_out(one: Actions) -> Course:
        return course(Actions(one.policy, one.probabilities[split:]), later)

    found = [held_out(act(policy, traffic)) for policy in _found(inquiry, traffic, split)]
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


def _found(inquiry: Inquiry, traffic: Traffic, split: int) -> list[Policy]:
    """Return the best policies for the earlier part, the best first."""
    earlier = traffic.rows(0, split)
    if find_spec("optuna") is None:
        return [_best_preset(inquiry, earlier)]
    return searching.best_policies(earlier, searching.SearchOptions(_TRIALS, inquiry.exploration))


def _best_preset(inquiry: Inquiry, earlier: Traffic) -> Policy:
    """Return the preset that does best, as a policy that was found."""
    presets = [
        Policy(
            "Hyper1",
            PolicySource.SEARCHED,
            with_exploration(preset.arguments, inquiry.exploration),
        )
        for preset in PRESETS.values()
    ]
    verdicts = Judge(earlier).judge(presets)
    return max(verdicts, key=lambda one: one.headline.value or 0.0).policy


_WITHOUT_OPTUNA = (
    "Only the presets were tried: the search needs optuna, pip install 'personalizer-lab[search]'."
)
