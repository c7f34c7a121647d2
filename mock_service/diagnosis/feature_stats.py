"""Features as they come by: how many values each has, and what they look like."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from math import inf

from mock_service.diagnosis.facts import FeatureKind, FeatureSeen

_LARGE = 10**5
_TIMESTAMPS = ((1e9, 4e9), (1e12, 4e12))
"""Unix times of the years from 2001 to 2096, in seconds and in milliseconds."""
_SHORTEST_DATE = len("20260105")
_MAX_EXAMPLE_LENGTH = 40


class FeatureLog:
    """Takes note of features of one side, the context's or the actions'."""

    def __init__(self, side: str) -> None:
        self._side = side
        self._texts: Counter[str] = Counter()

    @property
    def distinct(self) -> int:
        """How many different features of a whole context or action there were."""
        return len(self._texts)

    def note(self, features: str) -> None:
        """Take note of one context's or action's features: a JSON array of objects, as text."""
        self._texts[features] += 1

    def initials(self) -> frozenset[str]:
        """Return the first letters of the names of nested objects."""
        return frozenset(name[0] for text in self._texts for name in _namespaces(json.loads(text)))

    def features(self) -> Iterator[FeatureSeen]:
        """Yield every feature, in the order in which they came."""
        every_value: dict[str, set[str]] = {}
        kinds: dict[str, Counter[FeatureKind]] = {}
        for text, count in self._texts.items():
            for name, value in _flat(json.loads(text), ""):
                every_value.setdefault(name, set()).add(str(value))
                kinds.setdefault(name, Counter())[_kind(value)] += count
        for name, values in every_value.items():
            ((kind, _),) = kinds[name].most_common(1)
            times = kinds[name].total()
            example = min(values)[:_MAX_EXAMPLE_LENGTH]
            yield FeatureSeen(self._side, name, times, len(values), kind, example)


def _namespaces(features: object) -> Iterator[str]:
    """Yield the names of nested objects, which open namespaces of their own."""
    for item in features if isinstance(features, list) else [features]:
        if isinstance(item, dict):
            yield from (name for name, value in item.items() if isinstance(value, dict) and name)


def _flat(features: object, prefix: str) -> Iterator[tuple[str, object]]:
    """Yield names and values; names that start with an underscore are no features."""
    if isinstance(features, list):
        for item in features:
            yield from _flat(item, prefix)
    elif isinstance(features, dict):
        for name, value in features.items():
            if not name.startswith("_"):
                yield from _flat(value, f"{prefix}.{name}" if prefix else name)
    elif features is not None and prefix:
        yield prefix, features


def _kind(value: object) -> FeatureKind:
    if isinstance(value, bool):
        return FeatureKind.WORD
    if isinstance(value, str):
        return FeatureKind.TIMESTAMP if _is_timestamp(value) else FeatureKind.WORD
    if not isinstance(value, int | float):
        return FeatureKind.WORD
    if any(low <= value < high for low, high in _TIMESTAMPS):
        return FeatureKind.TIMESTAMP
    is_large = _LARGE <= abs(value) < inf and value == int(value)
    return FeatureKind.LARGE_NUMBER if is_large else FeatureKind.NUMBER


def _is_timestamp(text: str) -> bool:
    if text.isdecimal():
        return any(low <= int(text[:18]) < high for low, high in _TIMESTAMPS)
    if len(text) < _SHORTEST_DATE or not text[:4].isdecimal():
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
