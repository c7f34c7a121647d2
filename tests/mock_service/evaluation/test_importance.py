"""Which features matter for the choices of a policy."""

import json

import numpy as np
import pytest

from mock_service.dsjson.event import LoggedDecision
from mock_service.evaluation.importance import feature_importance, importance_lists
from mock_service.rest.evaluation_series import feature_scores
from mock_service.vowpal.feature_names import FeatureName
from mock_service.vowpal.model import VowpalModel
from mock_service.vowpal.progressive_validation import train
from tests.mock_service.evaluation.test_policies import QUICK, event


@pytest.fixture(scope="module")
def log() -> list[LoggedDecision]:
    """Return decisions where the user's colour decides which action is right, and noise nothing."""
    rng = np.random.default_rng(1)
    events = []
    for _ in range(1500):
        right, chosen = int(rng.integers(2)), int(rng.integers(2))
        features = [{"noise": f"n{rng.integers(5)}"}, {"user": {"colour": f"c{right}"}}]
        events.append(event(chosen, float(chosen == right), context=json.dumps(features)))
    return events


@pytest.fixture(scope="module")
def model(log: list[LoggedDecision]) -> VowpalModel:
    """Return a model that has learned from them."""
    return train(log, QUICK)


def test_what_decides_matters_most_and_noise_next_to_nothing(
    log: list[LoggedDecision], model: VowpalModel
) -> None:
    """The strongest has 1."""
    scores = {one.feature: one.score for one in feature_importance(model, log)}

    assert max(scores.values()) == 1.0
    assert scores[FeatureName("user", "colour")] > 0.9
    assert scores[FeatureName("FromUrl", "noise")] < 0.2
    assert list(scores.values()) == sorted(scores.values(), reverse=True)


def test_importance_lists_name_features_in_order(
    log: list[LoggedDecision], model: VowpalModel
) -> None:
    """As evaluations of v1.0 hold it."""
    names = importance_lists(feature_importance(model, log))

    assert names[-1] == ["FromUrl", "noise"]
    assert ["user", "colour"] in names


def test_scores_have_the_shape_of_the_wire(log: list[LoggedDecision], model: VowpalModel) -> None:
    """Between 0 and 1, the highest first."""
    scores = feature_scores(feature_importance(model, log))

    assert scores[0].keys() == {"namespace", "featureName", "score"}
    assert scores[0]["score"] == 1.0
