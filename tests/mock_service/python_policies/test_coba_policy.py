"""Learners of coba among our policies."""

from collections.abc import Sequence

import pytest

from mock_service.errors import LearningPolicyInvalid
from mock_service.python_policies.coba_policy import to_choices, to_flat
from mock_service.python_policies.protocol import PolicyAction
from personalizer_lab import compare, simulate

_VW = "python:coba.learners:VowpalEpsilonLearner(epsilon=0.2)"


def test_features_are_flat_by_name() -> None:
    """Numbers and texts, the items of a list by number."""
    features = {"a": True, "b": False, "c": {"d": "x"}, "e": [1, "y", 2], "_f": 1, "g": None}

    assert to_flat(features) == {"a": 1.0, "c.d": "x", "e": 1.0, "e#2": "y", "e#3": 2.0}


@pytest.mark.parametrize(
    ("actions", "choices"),
    [
        ([("a", {"x": 1}), ("b", {"x": 2})], [{"x": 1.0}, {"x": 2.0}]),
        ([("a", {}), ("b", {})], [{"id": "a"}, {"id": "b"}]),
    ],
)
def test_actions_are_told_apart(
    actions: Sequence[tuple[str, dict[str, object]]], choices: list[object]
) -> None:
    """By their features, and where those are the same by their ids."""
    assert to_choices([PolicyAction(*action) for action in actions]) == choices


def test_a_vowpal_wabbit_learner_of_coba_earns_what_ours_earns() -> None:
    """Within noise: the interval of their difference holds zero, and is narrow."""
    compared = compare("news", {"policy": ["quick", _VW]}, seeds=8, rounds=1500)
    difference = compared.results[1].difference

    assert difference is not None
    assert difference.low < 0 < difference.high
    assert difference.high - difference.low < 0.04


def test_a_learner_that_knows_nothing_earns_what_blind_choice_earns() -> None:
    """And gets its seed from the run where it takes one."""
    summary = simulate("news", rounds=1000, policy="python:coba.learners:RandomLearner").summary

    assert summary.mean_value == pytest.approx(summary.baselines["uniform"].mean_value, abs=0.04)


def test_what_coba_refuses_is_told_in_one_line() -> None:
    """Its linear learners want numbers."""
    with pytest.raises(LearningPolicyInvalid, match="CobaException: Sparse data cannot"):
        simulate("news", rounds=10, policy="python:coba.learners:LinUCBLearner")


def test_in_azure_mode_vowpal_wabbit_cannot_be_copied_and_that_is_said() -> None:
    """A workspace cannot be pickled; the line says what is missing."""
    with pytest.raises(LearningPolicyInvalid, match=r"cannot be copied \(give it save\(\)"):
        simulate("news", rounds=600, policy=_VW, mode="azure")
