"""Learners of coba as policies: named like any other, ``python:coba.learners:LinUCBLearner``.

Nothing of coba is imported here: who names a learner of it has done that.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from mock_service.python_policies.flat_features import flatten
from mock_service.python_policies.protocol import Features, PolicyAction

_Flat = dict[str, str | float]


class CobaPolicy:
    """A learner of coba behind the protocol of policies.

    It sees the context and each action as flat features by name. What it needs back of its own
    predictions to learn, it is asked for when the reward is there, so rewards may come late.
    """

    def __init__(self, learner: Any) -> None:  # noqa: ANN401 (coba may not be installed)
        self._learner = learner

    def predict(self, context: Features, actions: Sequence[PolicyAction]) -> list[float]:
        """Return how likely the learner is to choose each action."""
        shown, choices = to_flat(context), to_choices(actions)
        return [float(self._learner.score(shown, choices, choice)) for choice in choices]

    def learn(
        self,
        context: Features,
        actions: Sequence[PolicyAction],
        chosen: int,
        probability: float,
        reward: float,
    ) -> None:
        """Tell the learner what an action earned."""
        shown, choices = to_flat(context), to_choices(actions)
        _, _, *rest = self._learner.predict(shown, choices)
        kept = rest[0] if rest and isinstance(rest[0], Mapping) else {}
        self._learner.learn(shown, choices[chosen], reward, probability, **kept)


def adapt(policy: object) -> object:
    """Return a policy; a learner of coba becomes one."""
    coba = sys.modules.get("coba.primitives")
    return CobaPolicy(policy) if coba and isinstance(policy, coba.Learner) else policy


def to_choices(actions: Sequence[PolicyAction]) -> list[_Flat]:
    """Return actions as coba takes them: by their features, and ids where those are the same."""
    choices = [to_flat(action.features) for action in actions]
    if all(choices.count(choice) == 1 for choice in choices):
        return choices
    return [{"id": one.id, **choice} for one, choice in zip(actions, choices, strict=True)]


def to_flat(features: Features) -> _Flat:
    """Return features by name, as coba takes them; of a list all but the first have a number."""
    found: _Flat = {}
    for name, value in flatten(features):
        number = sum(known.partition("#")[0] == name for known in found)
        found[f"{name}#{number + 1}" if number else name] = (
            value if isinstance(value, str) else float(value)
        )
    return found
