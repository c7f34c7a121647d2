"""The bound on what one request may ask of Vowpal Wabbit, during which all others wait."""

from collections import Counter
from collections.abc import Iterable
from functools import cache

from mock_service.errors import ApiError
from mock_service.limits import Limits
from mock_service.loop.decision import Action
from mock_service.loop.slots import Slot
from mock_service.vowpal.crossings import parse_crossings
from mock_service.vowpal.feature_counts import count_at_most, count_leaves
from mock_service.vowpal.features import ACTION_NAMESPACE, CONTEXT_NAMESPACE
from mock_service.vowpal.policy_arguments import parse_options

_OWN = 2
"""What Vowpal Wabbit adds to each example: a constant, and the number of a slot."""
_OWN_NAMESPACE = "\0"
_BYTES_A_FEATURE = 2
"""No feature takes less room in JSON: a digit and a comma."""
_MAX_REPEATED = 2
"""How many times what one rank may cost repeated examples may: they are of one request, too."""


class FeatureBound:
    """What a learner of one policy takes, as the limits say.

    Most requests are so small that their length alone proves it. The others are counted by their
    commas, and read only when there are too many of these.
    """

    __slots__ = ("_actions", "_crossed", "_crossings", "_features", "_largest", "_room")

    def __init__(self, arguments: str, limits: Limits) -> None:
        self._crossings = parse_crossings(parse_options(arguments))
        self._features, self._crossed = limits.features, limits.crossed_features
        self._largest = cache(self._find_largest)
        self._actions: tuple[Action, ...] = ()
        self._room = 0

    def check(self, context: str, actions: tuple[Action, ...], times: int = 1) -> None:
        """Accept what a decision shows, `times` times.

        Raises:
            ApiError: InvalidRankRequest, with the limit, the count and the bound.
        """
        if times == 1:
            if actions is self._actions and len(context) <= self._room:
                return  # as `_is_small`: this is asked at every visit
            if self._is_small(context, actions):
                return
        features, crossed = self._count([context], actions)
        if features > self._features:
            raise _beyond("features", features, self._features, "The request has")
        most = self._crossed if times == 1 else _MAX_REPEATED * self._crossed
        if times * crossed > most:
            raise _beyond("crossed-features", times * crossed, most, "The learning policy makes")

    def check_slots(
        self, context: str, actions: tuple[Action, ...], slots: tuple[Slot, ...]
    ) -> None:
        """Accept what the decisions of a page show, all of its slots together.

        Raises:
            ApiError: InvalidRankRequest, with the limit, the count and the bound.
        """
        largest = max((slot.features for slot in slots), key=len)
        features, crossed = self._count([context, largest], actions)
        features, crossed = features * len(slots), crossed * len(slots)
        if features > self._features:
            raise _beyond("features", features, self._features, "The slots have")
        if crossed > self._crossed:
            raise _beyond("crossed-features", crossed, self._crossed, "The learning policy makes")

    def allows(self, context: str, actions: tuple[Action, ...]) -> bool:
        """Say whether a decision may be learned from: another policy may have made it."""
        if actions is self._actions and len(context) <= self._room:
            return True  # as in `check`
        if self._is_small(context, actions):
            return True
        features, crossed = self._count([context], actions)
        return features <= self._features and crossed <= self._crossed

    def _is_small(self, context: str, actions: tuple[Action, ...]) -> bool:
        if actions is not self._actions:
            counts = [count_at_most(action.features) for action in actions]
            room = min(
                self._largest(len(counts)) - max(counts, default=0), self._features - sum(counts)
            )
            self._actions, self._room = actions, room * _BYTES_A_FEATURE
        return len(context) <= self._room

    def _count(self, contexts: Iterable[str], actions: tuple[Action, ...]) -> tuple[int, int]:
        """Return how many features there are and what they become, at most and cheaply.

        They are counted exactly where that would be too many.
        """
        shared = sum(map(count_at_most, contexts))
        counts = [count_at_most(action.features) for action in actions]
        features = shared + sum(counts)
        crossed = sum(self._crossings.bound(shared + count + _OWN) for count in counts)
        if features <= self._features and crossed <= self._crossed:
            return features, crossed
        return self._count_exactly(contexts, actions)

    def _count_exactly(
        self, contexts: Iterable[str], actions: tuple[Action, ...]
    ) -> tuple[int, int]:
        shared = Counter({_OWN_NAMESPACE: _OWN})
        for context in contexts:
            shared.update(_in_namespaces(context, CONTEXT_NAMESPACE))
        each = [_in_namespaces(action.features, ACTION_NAMESPACE) for action in actions]
        features = shared.total() - _OWN + sum(one.total() for one in each)
        if features > self._features:
            return features, 0
        return features, sum(self._crossings.count(shared + one) for one in each)

    def _find_largest(self, actions: int) -> int:
        """Return how many features each of the actions may have, its context's included."""
        low, high = 0, self._features + 1
        while high - low > 1:
            middle = (low + high) // 2
            fits = actions * self._crossings.bound(middle + _OWN) <= self._crossed
            low, high = (middle, high) if fits else (low, middle)
        return low


def _in_namespaces(features: str, loose: str) -> Counter[str]:
    """Return the counts of features, the loose ones in the namespace where they are loose."""
    counts = count_leaves(features)
    counts[loose[0]] += counts.pop("", 0)
    return counts


def _beyond(name: str, count: int, most: int, subject: str) -> ApiError:
    noun = name.replace("-", " ")
    return ApiError(
        "InvalidRankRequest",
        f"{subject} {count:,} {noun}, and the limit {name} is {most:,}.",
    )


class Unbounded:
    """The bound of a learner that works for its owner alone."""

    def check(self, context: str, actions: tuple[Action, ...], times: int = 1) -> None:
        """Accept anything."""

    def check_slots(
        self, context: str, actions: tuple[Action, ...], slots: tuple[Slot, ...]
    ) -> None:
        """Accept anything."""

    def allows(self, context: str, actions: tuple[Action, ...]) -> bool:  # noqa: ARG002 (protocol)
        """Allow anything."""
        return True
