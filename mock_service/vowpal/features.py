"""From a client's features to the JSON that Vowpal Wabbit reads, as the service sent it.

Loose context features live in the namespace ``FromUrl``, loose action features in ``j``, and a
nested object opens a namespace of its own name. A name that starts with an underscore is ignored,
which also keeps a client's key from ever acting as one of Vowpal Wabbit's own (``_label``,
``_multi``, ``_tag`` and their kin). Null is no feature, nor is a name without a character.

Vowpal Wabbit keeps namespaces in a table by the first byte of their names, and writes outside of it
when that byte is not ASCII. Such a namespace gets a letter in front of its name.
"""

import json

from mock_service.short_cache import short_cache

CONTEXT_NAMESPACE = "FromUrl"
ACTION_NAMESPACE = "j"
LARGEST_NUMBER = 1e13
"""Numbers are clipped to this size: one 1e38 would push every shared weight to infinity."""


def context_document(features: str) -> str:
    """Return the context, a JSON array of objects, as what all actions of a decision share."""
    return f'{{"{CONTEXT_NAMESPACE}":{_cleaned_text(features)},"_multi":[]}}'


def action_document(features: str) -> str:
    """Return an action's features, a JSON array of objects, as one action of a decision."""
    return f"{{{_action_fields(features)}}}"


def labelled_document(features: str, *, cost: float, probability: float) -> str:
    """Return an action's features with what choosing it cost: the label to learn from.

    The label is written as numbers: Vowpal Wabbit reads numbers in text with less precision.
    """
    label = f'"_label_cost":{cost!r},"_label_probability":{probability!r},"_label_Action":1'
    return f"{{{label},{_action_fields(features)}}}"


def clean_features(features: list[object]) -> list[object]:
    """Return features without what makes no feature."""
    return [_clean(item) for item in features if isinstance(item, dict)]


def namespace_initial(name: str) -> str:
    """Return the character by which interactions know the namespace that `name` opens."""
    return _safe(_whole(name), {})[:1] if name else ""


def _action_fields(features: str) -> str:
    return f'"{ACTION_NAMESPACE}":{_cleaned_text(features)}'


@short_cache(256)
def _cleaned_text(features: str) -> str:
    return json.dumps(clean_features(json.loads(features)), separators=(",", ":"))


def _clean(value: object) -> object:
    """Return `value` without the names and nulls that make no feature."""
    if isinstance(value, dict):
        return {
            _safe(_whole(name), inner): _clean(inner)
            for name, inner in value.items()
            if inner is not None and name and not name.startswith("_")
        }
    if isinstance(value, list):
        return [_clean(item) for item in value if _belongs_in_array(item)]
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return max(-LARGEST_NUMBER, min(LARGEST_NUMBER, value))


def _whole(text: str) -> str:
    """Return text without halves of characters, which JSON can write and Vowpal Wabbit not read."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _belongs_in_array(item: object) -> bool:
    """Say whether Vowpal Wabbit reads this in an array: a log of another making may hold more."""
    return isinstance(item, dict | int | float) and not isinstance(item, bool)


def _safe(name: str, inner: object) -> str:
    """Return the name of a feature, or of what opens a namespace, fit for its table."""
    opens_namespace = isinstance(inner, dict | list)
    return f"{_NOT_ASCII}{name}" if opens_namespace and not name[0].isascii() else name


_NOT_ASCII = "u"
"""In front of a namespace's name that begins with another letter than ASCII has."""
