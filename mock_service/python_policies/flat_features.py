"""Features without their nesting: by dotted names, each with one value."""

from collections.abc import Iterator, Mapping

from mock_service.python_policies.protocol import Features

Value = str | bool | float
"""A text, a number, or True: what is false or null is no feature."""


def flatten(features: Features, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Yield the name and value of each feature.

    Nested features have names like ``device.os``, and each item of a list has the list's name. A
    name that begins with an underscore is left out, as Vowpal Wabbit does.
    """
    for name, value in features.items():
        if not name.startswith("_"):
            yield from _flatten_value(f"{prefix}{name}", value)


def _flatten_value(name: str, value: object) -> Iterator[tuple[str, Value]]:
    if value is True or isinstance(value, str):
        yield name, value
    elif isinstance(value, int | float) and value is not False:
        yield name, float(value)
    elif isinstance(value, Mapping):
        yield from flatten(value, f"{name}.")
    elif isinstance(value, list):
        for item in value:
            yield from _flatten_value(name, item)
