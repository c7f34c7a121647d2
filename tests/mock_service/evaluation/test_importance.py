"""Which features matter, and what one decision hung on."""

import json

import numpy as np
import pytest

from mock_service.dsjson.event import LoggedDecision
from mock_service.evaluation.importance import explain, feature_importance, importance_lists
from mock_service.rest.evaluation_series import feature_scores, inference_explanation
from mock_service.vowpal.feature_names import FeatureName
from mock_service.vowpal.model import VowpalModel
from mock_service.vowpal.progressive_validation import train
from tests.mock_service.evaluation.test_policies import QUICK, event


@pytest.fixture(scope="module")
def log() -> list[LoggedDecision]:
    """Return decisions where the user's colour decides which action is right, and noise nothing."""
    probability = np.random.default_rng(1)
    events = []
    for _ in range(1500):
        right, chosen = int(probability.integers(2)), int(probability.integers(2))
        features = [{"noise": f"n{probability.integers(5)}"}, {"user": {"colour": f"c{right}"}}]
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


def test_an_explanation_names_the_pair_that_made_the_choice(
    log: list[LoggedDecision], model: VowpalModel
) -> None:
    """For the right action it speaks for, for the wrong one against."""
    one = log[0]
    right = int(json.loads(one.context)[1]["user"]["colour"] == "c1")

    explained = explain(model, one.context, one.actions)

    pairs = [dict(action.features)["user.colour^j.kind"] for action in explained]
    assert [action.action_id for action in explained] == ["0", "1"]
    assert pairs[right] > 0.1 > -0.1 > pairs[1 - right]


def test_a_feature_that_the_model_never_met_adds_nothing(model: VowpalModel) -> None:
    """It is left out of the explanation."""
    actions = event(0, 1.0).actions

    explained = explain(model, '[{"unheard":"of"}]', actions)

    assert all("FromUrl.unheard" not in dict(action.features) for action in explained)


def test_both_have_the_shapes_of_the_wire(log: list[LoggedDecision], model: VowpalModel) -> None:
    """Feature scores, and the explanation that comes with a rank."""
    scores = feature_scores(feature_importance(model, log))
    explanation = inference_explanation(explain(model, log[0].context, log[0].actions))

    assert scores[0].keys() == {"namespace", "featureName", "score"}
    assert scores[0]["score"] == 1.0
    assert [action["id"] for action in explanation] == ["0", "1"]
    assert explanation[0]["features"][0].keys() == {"name", "score"}
