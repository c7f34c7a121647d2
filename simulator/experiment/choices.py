"""A choice that was written as a text, wherever it was written."""

from collections.abc import Callable
from typing import TypeVar

from simulator.errors import OptionsInvalid

_Value = TypeVar("_Value")


def parse_choice(name: str, parse: Callable[[str], _Value], text: str) -> _Value:
    """Return what `parse` makes of a text.

    Raises:
        OptionsInvalid: it makes nothing of it; the message begins with the choice's `name`.
    """
    try:
        return parse(text)
    except ValueError as error:
        raise OptionsInvalid(f"{name}: {error}") from error
