"""The kinds of value that an option of a learning policy may have.

Each kind says what it accepts and, in words, what it expects. None accepts a text that begins with
``-`` and is no number: Vowpal Wabbit would take that for an option of its own.
"""

import re
from dataclasses import dataclass
from typing import Protocol

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_DIGITS = re.compile(r"\d{1,20}")
_MAX_DIGITS = 40
_NAMESPACES = re.compile(r"[!-,.-<>-~][!-~]*")


class ValueKind(Protocol):
    """What an option's value may be."""

    @property
    def expected(self) -> str:
        """What is expected, in words."""

    def accepts(self, value: str) -> bool:
        """Say whether `value` is of this kind."""


@dataclass(frozen=True, slots=True)
class Number:
    """A finite decimal number in [`low`, `high`]."""

    low: float
    high: float

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        return f"a number from {self.low:g} to {self.high:g}"

    def accepts(self, value: str) -> bool:
        """Say whether `value` is such a number."""
        if len(value) > _MAX_DIGITS or not _DECIMAL.fullmatch(value):
            return False
        return self.low <= float(value) <= self.high


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number in [`low`, `high`], in digits."""

    low: int
    high: int

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        return f"a whole number from {self.low} to {self.high}"

    def accepts(self, value: str) -> bool:
        """Say whether `value` is such a number."""
        return bool(_DIGITS.fullmatch(value)) and self.low <= int(value) <= self.high


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        return " or ".join(self.words)

    def accepts(self, value: str) -> bool:
        """Say whether `value` is one of the words."""
        return value in self.words


@dataclass(frozen=True, slots=True)
class Namespaces:
    """First characters of namespaces, from `low` to `high` of them; ``:`` stands for any."""

    low: int
    high: int
    example: str

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        count = f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
        return f"the first characters of {count} namespaces, as in {self.example!r}"

    def accepts(self, value: str) -> bool:
        """Say whether `value` is that many characters; none may look like an option or a path."""
        return self.low <= len(value) <= self.high and bool(_NAMESPACES.fullmatch(value))


@dataclass(frozen=True, slots=True)
class NamespaceList:
    """First characters of the namespaces that an option is about; names are taken as those."""

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        return f"up to {_MAX_NAMESPACES} first characters of namespaces, as in 'Fj'"

    def accepts(self, value: str) -> bool:
        """Say whether `value` is such a list."""
        if not 1 <= len(value) <= _MAX_NAMESPACES or "/" in value:
            return False
        return bool(_NAMESPACES.fullmatch(value))


_MAX_NAMESPACES = 200
