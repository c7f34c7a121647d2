"""Explanations: the terms of a prediction, and they sum up to it."""

import json

import numpy as np
import pytest

from mock_service.loop.configuration import Configuration
from mock_service.settings import LoopSettings, Settings
from mock_service.vowpal.model import VowpalModel
from mock_service.vowpal.presets import PRESETS
from tests.helpers.servers import ARTICLES, Endpoint, served
from tests.mock_service.vowpal.test_model import ACTIONS, context, decision

CONTEXT = [{"user": "a", "vip": True}, {"deep": {"q": 0.25, "list": [1, 2]}}, {"off": False}]


@pytest.mark.parametrize("preset", ["quick", "azure", "no-interactions"])
def test_the_terms_of_an_action_sum_up_to_its_predicted_reward(preset: str) -> None:
    """Beside what the model says of no features at all."""
    rng = np.random.default_rng(1)
    model = VowpalModel(PRESETS[preset].arguments)
    for _ in range(300):
        model.learn(decision(context(rng), int(rng.integers(5)), 0.2), float(rng.random()))
    text = json.dumps(CONTEXT)

    explanations = model.explain(text, ACTIONS)

    costs = model.costs(CONTEXT, [json.loads(action.features) for action in ACTIONS])
    alone = model.costs([], [[]])[0]
    for terms, cost in zip(explanations, costs, strict=True):
        assert sum(score for _, score in terms) == pytest.approx(alone - cost, abs=1e-4)
        assert [abs(s) for _, s in terms] == sorted((abs(s) for _, s in terms), reverse=True)


def test_terms_are_named_after_namespaces_features_and_pairs() -> None:
    """A namespace with a dot, a pair with a caret; nothing that is no feature."""
    model = VowpalModel(PRESETS["quick"].arguments)
    for n in range(100):
        model.learn(decision(json.dumps(CONTEXT), n % 5, 0.2), float(n % 5 == 2))

    names = {name for name, _ in model.explain(json.dumps(CONTEXT), ACTIONS)[2]}

    assert {
        "user",
        "vip",
        "deep.q",
        "deep.list",
        "kind",
        "ns.z",
        "user^kind",
        "deep.q^ns.z",
    } < names
    assert not any("off" in name for name in names)


def test_an_untrained_model_explains_nothing() -> None:
    """As it knows nothing."""
    assert VowpalModel(PRESETS["quick"].arguments).explain("[]", ACTIONS) == [()] * 5


def explained_rank(endpoint: Endpoint) -> dict[str, object]:
    """Return a rank of a loop that has learned a little."""
    for number in range(30):
        event = {"contextFeatures": CONTEXT, "actions": ARTICLES, "eventId": f"e{number}"}
        chosen = endpoint.rank(event).json()["rewardActionId"]
        value = float(chosen == "music")
        endpoint.post(f"/personalizer/v1.0/events/e{number}/reward", {"value": value})
    body = {"contextFeatures": CONTEXT, "actions": ARTICLES, "excludedActions": ["sports"]}
    answer: dict[str, object] = endpoint.rank(body).json()
    return answer


def test_a_rank_is_explained_when_the_loop_is_told_to() -> None:
    """Every eligible action, in the documented form."""
    configuration = Configuration(explainability=True)
    with served(Settings(loop=LoopSettings(configuration=configuration))) as endpoint:
        answer = explained_rank(endpoint)

    explained = answer["inferenceExplanation"]
    assert isinstance(explained, list)
    assert [line["id"] for line in explained] == ["politics", "music"]
    assert all(set(term) == {"name", "score"} for term in explained[1]["features"])
    assert explained[1]["features"][0]["score"] > 0


@pytest.mark.parametrize(("policy", "told"), [("quick", False), ("softmax", True)])
def test_a_rank_is_not_explained_otherwise(policy: str, *, told: bool) -> None:
    """Nor under another exploration than the default one."""
    configuration = Configuration(explainability=told)
    settings = Settings(loop=LoopSettings(policy=policy, configuration=configuration))
    with served(settings) as endpoint:
        assert "inferenceExplanation" not in explained_rank(endpoint)
