"""Why an action ranks where it does: what each feature, and each pair of them, adds.

A model with pairwise interactions is a sum over single features and over pairs, so parts of a
decision tell the terms apart exactly: what a pair adds is what the model says of both, less what
it says of each alone. Costs are turned around: a positive score speaks for the action.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice
from math import inf
from typing import NamedTuple

from mock_service.loop.decision import Action
from mock_service.loop.protocols import Explanation
from mock_service.vowpal.feature_counts import count_at_most
from mock_service.vowpal.features import clean_features

MAX_FEATURES = 40
"""How many features of the context, and of each action, are explained at most."""
_MAX_LEAVES = 60
"""How many numbers and texts they may hold together: an array counts each of its own."""

Costs = Callable[[list[object], list[list[object]]], list[float]]
"""Returns a model's cost of each list of action features in a context of some features."""


class _Part(NamedTuple):
    """One feature: its name, and the smallest document that holds it."""

    name: str
    item: object


def explain(costs: Costs, context: str, actions: tuple[Action, ...]) -> list[Explanation]:
    """Return, for each action, the terms of its predicted reward, largest first."""
    shared = _parts(context)
    alone = costs([], [[]])[0]
    whole = [costs([part.item], [[]])[0] for part in shared]
    common = _terms(shared, [cost - alone for cost in whole])
    for (n, one), (m, other) in combinations(enumerate(shared), 2):
        both = costs([one.item, other.item], [[]])[0]
        common[f"{one.name}^{other.name}"] = both - whole[n] - whole[m] + alone
    return [
        _sort_scores(common | _action_terms(costs, shared, whole, _parts(action.features), alone))
        for action in actions
    ]


def _action_terms(
    costs: Costs, shared: list[_Part], whole: list[float], own: list[_Part], alone: float
) -> dict[str, float]:
    """Return the terms of an action's own features, among themselves and with the context's."""
    pairs = list(combinations(range(len(own)), 2))
    singles = [[part.item] for part in own]
    answers = costs([], [*singles, *[[own[n].item, own[m].item] for n, m in pairs]])
    terms = _terms(own, [cost - alone for cost in answers[: len(own)]])
    for (n, m), both in zip(pairs, answers[len(own) :], strict=True):
        terms[f"{own[n].name}^{own[m].name}"] = both - answers[n] - answers[m] + alone
    for part, cost in zip(shared, whole, strict=True):
        crossed = costs([part.item], singles)
        for n, both in enumerate(crossed):
            terms[f"{part.name}^{own[n].name}"] = both - cost - answers[n] + alone
    return terms


def _terms(parts: list[_Part], costs: list[float]) -> dict[str, float]:
    return {part.name: cost for part, cost in zip(parts, costs, strict=True)}


def _sort_scores(terms: dict[str, float]) -> Explanation:
    scores = [(name, -cost) for name, cost in terms.items() if _NOTHING < abs(cost) < inf]
    return tuple(sorted(scores, key=lambda line: -abs(line[1])))


_NOTHING = 1e-6
"""A score below this is what single precision leaves of a zero."""


def _parts(features: str) -> list[_Part]:
    """Return the first features of a JSON array; a later one of the same name is left out."""
    parts: dict[str, _Part] = {}
    for item in clean_features(json.loads(features)):
        for part in _inner(item):
            parts.setdefault(part.name, part)
    return list(_first(parts.values()))


def _first(parts: Iterable[_Part]) -> Iterator[_Part]:
    """Yield as many of the first parts as can be explained in time."""
    leaves = 0
    for part in islice(parts, MAX_FEATURES):
        leaves += count_at_most(json.dumps(part.item))
        if leaves > _MAX_LEAVES:
            return
        yield part


def _inner(item: object) -> Iterator[_Part]:
    """Yield the features of a dictionary, those of a namespace with its name in front."""
    if not isinstance(item, dict):
        return
    for name, value in item.items():
        if isinstance(value, dict):
            for part in _inner(value):
                yield _Part(f"{name}.{part.name}", {name: part.item})
        else:
            yield _Part(str(name), {name: value})
