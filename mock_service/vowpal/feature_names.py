"""The names of features, and features with some of them taken away."""

import json
from collections.abc import Collection
from typing import NamedTuple

from mock_service.vowpal.features import ACTION_NAMESPACE, CONTEXT_NAMESPACE


class FeatureName(NamedTuple):
    """A feature as people call it: loose features have the namespace of where they are loose."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}.{self.name}"


def context_features(context: str) -> list[FeatureName]:
    """Return the names of a context's features, in order, each once."""
    return _names(context, CONTEXT_NAMESPACE)


def action_features(features: str) -> list[FeatureName]:
    """Return the names of an action's features, in order, each once."""
    return _names(features, ACTION_NAMESPACE)


def context_without(context: str, gone: Collection[FeatureName]) -> str:
    """Return a context without some of its features."""
    return _without(context, CONTEXT_NAMESPACE, gone)


def action_without(features: str, gone: Collection[FeatureName]) -> str:
    """Return an action's features without some of them."""
    return _without(features, ACTION_NAMESPACE, gone)


def _names(features: str, loose: str) -> list[FeatureName]:
    found: dict[FeatureName, None] = {}
    for item in filter(_is_object, json.loads(features)):
        for name, value in item.items():
            if name.startswith("_"):
                continue
            inner = value if isinstance(value, dict) else None
            space, names = (loose, [name]) if inner is None else (name, list(inner))
            found |= {FeatureName(space, one): None for one in names if not one.startswith("_")}
    return list(found)


def _without(features: str, loose: str, gone: Collection[FeatureName]) -> str:
    kept = []
    for item in filter(_is_object, json.loads(features)):
        left: dict[str, object] = {}
        for name, value in item.items():
            if isinstance(value, dict):
                left[name] = {
                    one: inner for one, inner in value.items() if FeatureName(name, one) not in gone
                }
            elif FeatureName(loose, name) not in gone:
                left[name] = value
        kept.append(left)
    return json.dumps(kept)


def _is_object(item: object) -> bool:
    """Say whether an item holds features; a log of another making may have others."""
    return isinstance(item, dict)
