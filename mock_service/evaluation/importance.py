"""Which features matter: for a policy's choices as a whole, and for a single decision.

A feature matters as much as the expected rewards of the actions move against each other when it is
taken away. What moves all actions alike changes no choice, and does not count.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
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

_CROSSED = 8
"""How many of a decision's features are looked at in pairs, the most important ones."""


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


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an action's features added to its expected reward, the strongest first.

    Names are ``namespace.feature``, and those of two features together are joined with ``^``.
    """

    action_id: str
    features: tuple[tuple[str, float], ...]


def feature_importance(model: Scorer, events: Sequence[LoggedDecision]) -> list[FeatureScore]:
    """Return how much each feature matters for the model's choices, most important first."""
    step = max(1, len(events) // _LOOKED_AT)
    moved: dict[FeatureName, float] = {}
    for event in events[::step]:
        whole = _predict_rewards(model, event.context, event.actions)
        for feature in list_features(event.context, event.actions):
            without = _predict_rewards(
                model, *_remove_features(event.context, event.actions, {feature})
            )
            moved[feature] = moved.get(feature, 0.0) + _movement(whole - without)
    most = max(moved.values(), default=0.0) or 1.0
    ranked = sorted(moved.items(), key=lambda entry: (-entry[1], entry[0]))
    return [FeatureScore(feature, score / most) for feature, score in ranked]


def importance_lists(scores: Sequence[FeatureScore]) -> list[list[str]]:
    """Return importance as evaluations of v1.0 list it: names, most important first."""
    return [[one.feature.namespace, one.feature.name] for one in scores]


def explain(model: Scorer, context: str, actions: tuple[Action, ...]) -> list[Explanation]:
    """Return, for every action, what its features and pairs of them added to its expectation."""
    whole = _predict_rewards(model, context, actions)
    features = list_features(context, actions)
    without = {
        one: _predict_rewards(model, *_remove_features(context, actions, {one})) for one in features
    }
    added = {str(one): whole - without[one] for one in features}
    strongest = sorted(features, key=lambda one: -float(np.abs(added[str(one)]).max()))
    for one, other in combinations(sorted(strongest[:_CROSSED], key=features.index), 2):
        neither = _predict_rewards(model, *_remove_features(context, actions, {one, other}))
        added[f"{one}^{other}"] = whole - without[one] - without[other] + neither
    return [
        Explanation(action.id, _strongest({name: float(c[n]) for name, c in added.items()}))
        for n, action in enumerate(actions)
    ]


def list_features(context: str, actions: tuple[Action, ...]) -> list[FeatureName]:
    """Return the names of a decision's features: the context's, then the actions'."""
    names = dict.fromkeys(context_features(context))
    for action in actions:
        names |= dict.fromkeys(action_features(action.features))
    return list(names)


def _strongest(added: dict[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(((n, s) for n, s in added.items() if s), key=lambda one: -abs(one[1])))


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
