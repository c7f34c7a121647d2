"""What a policy in Python looks like, and what it is shown."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

Features = Mapping[str, object]
"""Features by name; a nested mapping is a namespace, as the client sent it."""


class PolicyAction(NamedTuple):
    """A candidate as a policy sees it: its id and its features."""

    id: str
    features: Features


class PythonPolicy(Protocol):
    """A policy of your own: it gives every action a probability, and learns from rewards.

    Its class, or a function that makes one, takes no argument that it does not want: one called
    ``seed`` (an int of 0 or more) is the run's seed, and one called ``exploration`` (a float in
    [0, 1]) the loop's rate of exploration. Anything else needs a default. All its chance should
    come from the seed: the same seed then makes the same run.

    A policy is copied when a model is exported. If pickle cannot do that, it needs two methods
    more: ``save()``, which returns bytes, and ``load(saved)``, which takes them.
    """

    def predict(self, context: Features, actions: Sequence[PolicyAction]) -> Sequence[float]:
        """Return the probability of each action, in their order: at least 0, and 1 together.

        The loop draws one of the actions by them, and logs its probability.
        """

    def learn(
        self,
        context: Features,
        actions: Sequence[PolicyAction],
        chosen: int,
        probability: float,
        reward: float,
    ) -> None:
        """Learn that ``actions[chosen]``, which had this probability in (0, 1], earned `reward`."""


def to_features(text: str) -> Features:
    """Return the features in a JSON array of objects as one mapping.

    Where several objects have the same name, nested ones are merged, and other values stand in a
    list in their order: nothing is lost.
    """
    merged: dict[str, object] = {}
    for item in msgspec.json.decode(text):
        if isinstance(item, dict):
            _merge(merged, item)
    return merged


def to_actions(actions: Sequence[tuple[str, str]]) -> list[PolicyAction]:
    """Return actions as a policy sees them, from their ids and their features as text."""
    return [PolicyAction(name, to_features(features)) for name, features in actions]


def _merge(into: dict[str, object], item: dict[str, object]) -> None:
    for name, value in item.items():
        known = into.get(name)
        if name not in into:
            into[name] = value
        elif isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        else:
            earlier = known if isinstance(known, list) else [known]
            into[name] = [*earlier, *(value if isinstance(value, list) else [value])]
