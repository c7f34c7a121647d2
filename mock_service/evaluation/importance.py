"""Which features matter for a policy's choices.

A feature matters as much as the expected rewards of the actions move against each other when it is
taken away. What moves all actions alike changes no choice, and does not count.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mock_service.dsjson.event import LoggedDecision
from mock_service.evaluation.logged_data import Column
from mock_service.loop.decision import Action
from mock_service.vowpal.feature_names import (
    FeatureName,
    action_features,
    action_without,
    context_features,
    context_without,
)

_LOOKED_AT = 500
"""Decisions that importance is averaged over, evenly spread over the log."""


class Scorer(Protocol):
    """Something that expects a reward of every action: a model."""

    def judge(
        self, context: str, actions: tuple[Action, ...]
    ) -> tuple[Sequence[float], Sequence[float]]:
        """Return each action's probability and predicted cost, in the order given."""


@dataclass(frozen=True, slots=True)
class FeatureScore:
    """How much a feature matters, 1 for the one that matters most."""

    feature: FeatureName
    score: float


def feature_importance(model: Scorer, events: Sequence[LoggedDecision]) -> list[FeatureScore]:
    """Return how much each feature matters for the model's choices, most important first."""
    step = max(1, len(events) // _LOOKED_AT)
    moved: dict[FeatureName, float] = {}
    for event in events[::step]:
        whole = _predict_rewards(model, event.context, event.actions)
        stands_for = 1 / (1 - event.drop_probability)
        for feature in list_features(event.context, event.actions):
            without = _predict_rewards(
                model, *_remove_features(event.context, event.actions, {feature})
            )
            moved[feature] = moved.get(feature, 0.0) + stands_for * _movement(whole - without)
    most = max(moved.values(), default=0.0) or 1.0
    ranked = sorted(moved.items(), key=lambda entry: (-entry[1], entry[0]))
    return [FeatureScore(feature, score / most) for feature, score in ranked]


def importance_lists(scores: Sequence[FeatureScore]) -> list[list[str]]:
    """Return importance as evaluations of v1.0 list it: names, most important first."""
    return [[one.feature.namespace, one.feature.name] for one in scores]


def list_features(context: str, actions: tuple[Action, ...]) -> list[FeatureName]:
    """Return the names of a decision's features: the context's, then the actions'."""
    names = dict.fromkeys(context_features(context))
    for action in actions:
        names |= dict.fromkeys(action_features(action.features))
    return list(names)


def _remove_features(
    context: str, actions: tuple[Action, ...], gone: Collection[FeatureName]
) -> tuple[str, tuple[Action, ...]]:
    return context_without(context, gone), tuple(
        [Action(action.id, action_without(action.features, gone)) for action in actions]
    )


def _predict_rewards(model: Scorer, context: str, actions: tuple[Action, ...]) -> Column:
    _, costs = model.judge(context, actions)
    return -np.array(costs, dtype=np.float64)


def _movement(change: Column) -> float:
    return float(np.abs(change - change.mean()).max())
