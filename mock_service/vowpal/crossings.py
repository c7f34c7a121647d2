"""How many features a policy makes of those it is shown: its interactions multiply them.

Vowpal Wabbit crosses the features of a context and an action by twos, threes or fours, so that the
time it takes grows with their square or cube. What is counted here is an upper bound of that.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb, prod

from mock_service.errors import LearningPolicyInvalid

ANY = ":"
"""Stands for every namespace in an interaction."""

_INTERACTIONS = frozenset({"-q", "--quadratic", "--cubic", "--interactions"})
_KEEP_DUPLICATES = "--leave_duplicate_interactions"
_MODELS = {"--bag": 1, "--rnd": 1, "--cover": 3}
"""Options that have models of their own, and how often a feature counts for each of these."""
_TYPES = {"ips": 4, "dr": 4, "sm": 4, "dm": 2}
"""How often a feature counts by the kind of learning, as measured; mtr once."""
_BITS = frozenset({"-b", "--bit_precision"})
_LARGE_BITS, _LARGE = 20, 4
"""Weights beyond 2**20 do not fit into a processor's cache."""
_MULTI_SLOT, _MULTI_SLOT_WEIGHT = "--ccb_explore_adf", 2
"""A multi-slot policy crosses every interaction with the number of the slot as well."""

_MAX_COMBINATIONS = 160_000
_MAX_NAMESPACES = 95
"""Namespaces that Vowpal Wabbit can tell apart: as many as printable characters."""
_COMBINATION = 16
"""Looking at three or more namespaces together takes as long as this many crossed features."""
_MANY = 3


@dataclass(frozen=True, slots=True)
class Crossings:
    """What a policy crosses: its ``interactions``, and how often each feature it makes counts."""

    interactions: tuple[str, ...] = ()
    weight: int = 1
    keeps_duplicates: bool = False

    def bound(self, features: int) -> int:
        """Return what an example of `features` features becomes at most, whatever they are."""
        namespaces = min(features, _MAX_NAMESPACES)
        crossed = sum(
            self._choices(features, len(one)) + self._overhead(one, namespaces)
            for one in self.interactions
        )
        return self.weight * (features + crossed)

    def count(self, namespaces: Mapping[str, int]) -> int:
        """Return what an example becomes whose namespaces have these numbers of features."""
        total = sum(namespaces.values())
        crossed = 0
        for interaction in self.interactions:
            crossed += self._overhead(interaction, len(namespaces)) + prod(
                self._choices(total if one == ANY else namespaces.get(one, 0), times)
                for one, times in Counter(interaction).items()
            )
        return self.weight * (total + crossed)

    def kinds(self) -> int:
        """Return how many interactions of namespaces there are once all have been seen."""
        return sum(self._choices(_MAX_NAMESPACES, one.count(ANY)) for one in self.interactions)

    def includes(self, other: "Crossings") -> bool:
        """Say whether `other` crosses nothing else and nothing more often, with no more models."""
        return (
            set(other.interactions) <= set(self.interactions)
            and other.weight <= self.weight
            and (self.keeps_duplicates or not other.keeps_duplicates)
        )

    def _choices(self, count: int, times: int) -> int:
        """Return in how many ways `times` of `count` things can be taken."""
        if self.keeps_duplicates:
            return int(count**times)
        return comb(count + times - 1, times) if count else 0

    def _overhead(self, interaction: str, namespaces: int) -> int:
        free = interaction.count(ANY)
        return _COMBINATION * self._choices(namespaces, free) if free >= _MANY else 0


def parse_crossings(options: Iterable[tuple[str, str]]) -> Crossings:
    """Return what a policy of these options, names with values, crosses."""
    interactions: dict[str, None] = {}
    weights = {"type": 1, "models": 1, "bits": 1, "slots": 1}
    keeps_duplicates = False
    for name, value in options:
        if name in _INTERACTIONS:
            interactions[value] = None
        elif name in _MODELS:
            weights["models"] *= 1 + int(value) * _MODELS[name]
        elif name in _BITS and int(value) > _LARGE_BITS:
            weights["bits"] = _LARGE
        elif name == "--cb_type":
            weights["type"] = _TYPES.get(value, 1)
        elif name == _MULTI_SLOT:
            weights["slots"] = _MULTI_SLOT_WEIGHT
        elif name == _KEEP_DUPLICATES:
            keeps_duplicates = True
    return Crossings(tuple(interactions), prod(weights.values()), keeps_duplicates)


def check_crossings(options: Iterable[tuple[str, str]]) -> None:
    """Refuse interactions of more kinds than Vowpal Wabbit can hold beside each other.

    It writes an interaction of any namespaces out for all that it has seen, and keeps that.

    Raises:
        LearningPolicyInvalid: there are too many.
    """
    crossings = parse_crossings(options)
    kinds = crossings.kinds()
    if kinds > _MAX_COMBINATIONS:
        raise LearningPolicyInvalid(
            f"the interactions {', '.join(crossings.interactions)} can become {kinds:,} of "
            f"{_MAX_NAMESPACES} namespaces, and a learning policy may have {_MAX_COMBINATIONS:,}"
        )
