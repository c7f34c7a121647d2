"""Remembering what was made of texts that come again: of short ones, as long ones hardly do."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_Key = TypeVar("_Key", str, bytes)
_Value = TypeVar("_Value")
SHORT = 2**14
"""How long a text may be to be remembered: a thousand of them take 16 MB at most."""


def short_cache(
    maxsize: int, longest: int = SHORT
) -> Callable[[Callable[[_Key], _Value]], Callable[[_Key], _Value]]:
    """Return a decorator that remembers what a function made of `maxsize` texts.

    Texts longer than `longest` are worked out each time, and what it raises is not remembered.
    """

    def decorate(function: Callable[[_Key], _Value]) -> Callable[[_Key], _Value]:
        known = lru_cache(maxsize)(function)

        @wraps(function)
        def recall(text: _Key) -> _Value:
            return known(text) if len(text) <= longest else function(text)

        return recall

    return decorate
