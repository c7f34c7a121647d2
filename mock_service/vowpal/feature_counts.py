"""How many features there are in a JSON array of objects, as Vowpal Wabbit will see them."""

import json
from collections import Counter
from itertools import repeat
from typing import Any

from mock_service.vowpal.features import namespace_initial


def count_at_most(features: str) -> int:
    """Return a number of features that `features` cannot exceed, without reading it as JSON.

    Every value but the first stands behind a comma of its own.
    """
    return features.count(",") + 1


def count_leaves(features: str) -> Counter[str]:
    """Return how many features each namespace has, by its first character; loose ones by ``""``."""
    counts: Counter[str] = Counter()
    _count(json.loads(features), "", counts)
    return counts


def _count(values: dict[str, Any] | list[Any], namespace: str, counts: Counter[str]) -> None:
    """Add the values that an object or an array holds, which stands in `namespace`."""
    named = values.items() if isinstance(values, dict) else zip(repeat(namespace), values)
    leaves = len(values)
    for name, inner in named:
        if isinstance(inner, dict | list):
            leaves -= 1
            _count(inner, namespace_initial(name), counts)
    counts[namespace] += leaves
