"""Features as numbers: what each column means."""

import numpy as np
import pytest

from mock_service.python_policies.protocol import Features
from personalizer_lab import FeatureMatrix, PolicyAction


def _row(matrix: FeatureMatrix, context: Features, features: Features) -> dict[str, float]:
    """Return the row of one action by the names of its columns, without the zeros."""
    (row,) = matrix.rows(context, [PolicyAction("any", features)])
    return {name: row[column] for column, name in enumerate(matrix.names) if row[column]}


def test_each_feature_and_each_pair_has_a_column() -> None:
    """And the first one is 1."""
    row = _row(FeatureMatrix(), {"user": "Tom"}, {"article": "food"})

    assert row == {"1": 1, "user=Tom": 1, "article=food": 1, "user=Tom * article=food": 1}


@pytest.mark.parametrize(
    ("features", "names"),
    [
        ({"a": True, "b": False, "c": None, "_d": "x"}, ["a"]),
        ({"a": {"b": "x", "c": {"d": True}}}, ["a.b=x", "a.c.d"]),
        ({"a": ["x", "y", {"b": True}]}, ["a=x", "a=y", "a.b"]),
        ({"a": "1", "b": 1}, ["a=1", "b"]),
    ],
)
def test_values_are_read_by_their_kind(features: Features, names: list[str]) -> None:
    """Texts by their value, nested ones by their path, and what is not there not at all."""
    assert list(_row(FeatureMatrix(), {}, features)) == ["1", *names]


def test_a_number_is_a_share_of_the_largest_so_far() -> None:
    """Of its own feature, whatever its sign: no column outweighs the others."""
    matrix = FeatureMatrix()

    shares = [_row(matrix, {"age": age}, {})["age"] for age in (20, -40, 10, 40)]

    assert shares == [1, -1, 0.25, 1]
    assert "age" not in _row(FeatureMatrix(), {"age": 0}, {})


def test_a_context_and_an_action_may_use_the_same_name() -> None:
    """Their numbers are scaled apart."""
    matrix = FeatureMatrix(4)

    rows = matrix.rows({"size": 100}, [PolicyAction("any", {"size": 2})])

    assert matrix.names == ["1", "size", "size", "size * size"]
    assert rows.tolist() == [[1, 1, 1, 1]]


def test_one_row_an_action_and_columns_that_stay() -> None:
    """The same feature has the same column at the next visit."""
    matrix = FeatureMatrix(16)
    actions = [PolicyAction("a", {"t": "x"}), PolicyAction("b", {"t": "y"})]

    first, again = matrix.rows({"u": "1"}, actions), matrix.rows({"u": "1"}, actions)

    assert first.shape == (2, 16)
    assert np.array_equal(first, again)
    assert matrix.names == ["1", "u=1", "t=x", "u=1 * t=x", "t=y", "u=1 * t=y"]


def test_more_features_than_columns_are_an_error_that_says_how_many_to_make() -> None:
    """And not a silent loss."""
    matrix = FeatureMatrix(3)
    with pytest.raises(ValueError, match=r"more than 3 features .* FeatureMatrix\(6\)"):
        matrix.rows({"a": "x", "b": "y"}, [PolicyAction("c", {"d": "z"})])

    assert len(matrix.names) == 3


def test_no_columns_are_refused() -> None:
    """At once."""
    with pytest.raises(ValueError, match="columns: expected 1 or more, got 0"):
        FeatureMatrix(0)
