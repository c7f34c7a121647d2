"""How many features there are in a JSON array of objects, as Vowpal Wabbit will see them."""

import json
from collections import Counter

from mock_service.learning.features import cleaned_features


def count_at_most(features: str) -> int:
    """Return a number of features that `features` cannot exceed, without reading it as JSON.

    Every value but the first stands behind a comma of its own.
    """
    return features.count(",") + 1


def count_leaves(features: str) -> Counter[str]:
    """Return how many features each namespace has, by its first character; loose ones by ``""``."""
    counts: Counter[str] = Counter()
    for item in cleaned_features(json.loads(features)):
        _count(item, "", counts)
    return counts


def _count(value: object, namespace: str, counts: Counter[str]) -> None:
    """Add a value that stands in `namespace`: a number, a text, or what holds some of them."""
    if isinstance(value, dict):
        for name, inner in value.items():
            opens = isinstance(inner, dict | list)
            _count(inner, name[:1] if opens else namespace, counts)
    elif isinstance(value, list):
        for inner in value:
            _count(inner, namespace, counts)
    else:
        counts[namespace] += 1
