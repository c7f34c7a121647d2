"""Tables of a FlatBuffers message that comes from outside: nothing is read beyond its end.

The library reads what a position says; Python's own checks catch a position outside of the bytes,
and `FlatTable` the lengths, so that a damaged message costs no more than a whole one.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from flatbuffers import encode
from flatbuffers import number_types as kinds
from flatbuffers.table import Table

_Value = TypeVar("_Value")
_OFFSET_BYTES = 4
_FIRST_FIELD, _FIELD_BYTES = 4, 2
"""Where a table's list of fields begins, behind two lengths, and what each takes."""


class BatchInvalid(Exception):
    """The bytes are no batch; the text says what is wrong."""


@contextmanager
def refuse_damage(name: str) -> Iterator[None]:
    """Turn whatever reading beyond the bytes leads to into a BatchInvalid that names `name`."""
    try:
        yield
    except (struct.error, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise BatchInvalid(f"{name}: the bytes are damaged") from error


class FlatTable:
    """One table, its fields by their numbers in the schema, from 0; absent ones have a default."""

    def __init__(self, content: bytes, position: int | None = None) -> None:
        """Begin at `position`, or at the root of `content`."""
        root: int = encode.Get(kinds.UOffsetTFlags.packer_type, content, 0)
        self._table = Table(content, root if position is None else position)

    def number(self, field: int, kind: type, default: float = 0) -> float:
        """Return a number; `kind` is one of `flatbuffers.number_types`."""
        at = self._find(field)
        return self._table.Get(kind, at) if at else default

    def flag(self, field: int) -> bool:
        """Return a truth value, false where it is absent."""
        return bool(self.number(field, kinds.BoolFlags))

    def text(self, field: int) -> str | None:
        """Return a text in UTF-8."""
        content = self.content(field)
        return None if content is None else content.decode()

    def content(self, field: int) -> bytes | None:
        """Return a vector of bytes."""
        found = self.numbers(field, np.dtype(np.uint8))
        return None if found is None else found.tobytes()

    def numbers(self, field: int, kind: "np.dtype[np.generic]") -> "np.ndarray | None":
        """Return a vector of numbers, shape (length,)."""
        at = self._find(field)
        if not at:
            return None
        start, length = self._vector(at)
        return np.frombuffer(self._table.Bytes, kind.newbyteorder("<"), length, start)

    def table(self, field: int) -> "FlatTable | None":
        """Return a table, or the table that a union holds."""
        at = self._find(field)
        return FlatTable(self._table.Bytes, self._table.Indirect(at)) if at else None

    def tables(self, field: int) -> "list[FlatTable]":
        """Return a vector of tables."""
        return self._each(field, lambda at: FlatTable(self._table.Bytes, self._table.Indirect(at)))

    def texts(self, field: int) -> list[str]:
        """Return a vector of texts in UTF-8."""
        return self._each(field, lambda at: self._table.String(at).decode())

    def _each(self, field: int, read: Callable[[int], _Value]) -> list[_Value]:
        at = self._find(field)
        if not at:
            return []
        start, length = self._vector(at)
        if start + length * _OFFSET_BYTES > len(self._table.Bytes):
            raise ValueError("a vector beyond the end")
        return [read(start + number * _OFFSET_BYTES) for number in range(length)]

    def _find(self, field: int) -> int:
        """Return where a field stands, or 0 where it is absent."""
        offset: int = self._table.Offset(_FIRST_FIELD + field * _FIELD_BYTES)
        return self._table.Pos + offset if offset else 0

    def _vector(self, at: int) -> tuple[int, int]:
        """Return where a vector's items begin and how many there are."""
        offset = at - self._table.Pos
        return self._table.Vector(offset), self._table.VectorLen(offset)
