"""Features as numbers, for policies that calculate with them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mock_service.python_policies.flat_features import Value, flatten
from mock_service.python_policies.protocol import Features, PolicyAction

_ONE = ("", 1.0)
"""What stands beside the features of a context and of an action, so that each counts alone, too."""


class _Number(NamedTuple):
    """A feature's number, and the space in which it is scaled; a plain 1 is not."""

    name: str
    space: str
    value: float
    is_one: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.space, self.name


class FeatureMatrix:
    """Gives every feature, and every pair of a context's and an action's, a column of its own.

    A text is a column of 1, one a name and value; so is what is true, and what is false or null is
    none. A number is divided by the largest magnitude its feature has had so far, so that no
    column outweighs the others. Nested features have names like ``device.os``, and each item of a
    list counts. A column is given away when a feature first comes up, in that order, so the same
    visits give the same columns. The first one is 1 everywhere.
    """

    def __init__(self, columns: int = 256) -> None:
        """Make room for `columns` columns; features beyond them are an error, and not left out."""
        if columns < 1:
            raise ValueError(f"columns: expected 1 or more, got {columns}")
        self.columns = columns
        self._column_of: dict[tuple[str, str], int] = {("", ""): 0}
        self._largest: dict[tuple[str, str], float] = {}

    @property
    def names(self) -> list[str]:
        """What the columns are that were given away, like ``user=Tom * article=food``."""
        return [" * ".join(filter(None, pair)) or "1" for pair in self._column_of]

    def rows(self, context: Features, actions: Sequence[PolicyAction]) -> NDArray[np.float64]:
        """Return one row an action, of shape (actions, columns).

        Raises:
            ValueError: there are more features and pairs of them than columns.
        """
        shared = self._read(context, "context")
        each = [self._read(action.features, "action") for action in actions]
        crossed = [_ONE, *self._scale(shared)]
        matrix = np.zeros((len(actions), self.columns))
        for row, own in zip(matrix, each, strict=True):
            alone = [_ONE, *self._scale(own)]
            columns = [self._column((c, a)) for a, _ in alone for c, _ in crossed]
            row[columns] = [x * y for _, x in alone for _, y in crossed]
        return matrix

    def _column(self, pair: tuple[str, str]) -> int:
        column = self._column_of.setdefault(pair, len(self._column_of))
        if column >= self.columns:
            del self._column_of[pair]
            raise ValueError(
                f"there are more than {self.columns} features and pairs of them: make a "
                f"FeatureMatrix({2 * self.columns})"
            )
        return column

    def _read(self, features: Features, space: str) -> list[_Number]:
        """Return the numbers of some features, and know the largest of each before any is scaled.

        So all actions of a visit are scaled alike.
        """
        numbers = [_number(name, space, value) for name, value in flatten(features)]
        for one in numbers:
            if not one.is_one:
                largest = self._largest.get(one.key, 0.0)
                self._largest[one.key] = max(abs(one.value), largest)
        return numbers

    def _scale(self, numbers: Iterable[_Number]) -> Iterator[tuple[str, float]]:
        for one in numbers:
            yield one.name, one.value / (1.0 if one.is_one else self._largest[one.key] or 1.0)


def _number(name: str, space: str, value: Value) -> _Number:
    """Return a feature as a number: a text is a 1 of its own for each value."""
    if isinstance(value, str):
        return _Number(f"{name}={value}", space, 1.0, is_one=True)
    return _Number(name, space, float(value), is_one=value is True)
