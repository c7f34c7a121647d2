"""The model: the same decisions as plain Vowpal Wabbit, bit for bit, at a fraction of the cost."""

import gc
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from vowpalwabbit import pyvw

from mock_service.loop.decision import Action, Decision
from mock_service.vowpal.explorers import find_explorer
from mock_service.vowpal.model import VowpalModel
from mock_service.vowpal.presets import PRESETS

ACTIONS = tuple(
    Action(f"a{n}", json.dumps([{"kind": f"k{n}"}, {"n": n * 1.5}, {"ns": {"z": n, "on": n > 2}}]))
    for n in range(5)
)


def context(rng: np.random.Generator) -> str:
    """Return one of many contexts, most of them new."""
    features = [{"user": str(rng.choice(list("abc")))}, {"x": int(rng.integers(30))}]
    return json.dumps([*features, {"deep": {"q": float(rng.random())}}])


def decision(
    context_: str, chosen: int, propensity: float, actions: tuple[Action, ...] = ACTIONS
) -> Decision:
    """Return a decision for one of `actions`."""
    others = tuple(n for n in range(len(actions)) if n != chosen)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    probabilities = (propensity, *[(1 - propensity) / len(others)] * len(others))
    order = (chosen, *others)
    return Decision("e", at, context_, actions, actions, order, probabilities, deferred=False)


class PlainVowpalWabbit:
    """Vowpal Wabbit as its manual uses it: every example parsed from whole JSON each time."""

    def __init__(self, arguments: str, actions: tuple[Action, ...] = ACTIONS) -> None:
        self.actions = actions
        self.workspace = pyvw.Workspace(f"{arguments} --json --quiet")

    def predict(self, context_: str) -> list[float]:
        """Return each action's probability, in request order."""
        examples = self.workspace.parse(json.dumps(self._document(context_)))
        probabilities: list[float] = self.workspace.predict(examples)
        self.workspace.finish_example(examples)
        return probabilities

    def learn(self, context_: str, chosen: int, propensity: float, reward: float) -> None:
        """Learn one labelled decision."""
        label = {"_label_cost": -reward, "_label_probability": propensity}
        index = {"_label_Action": chosen + 1, "_labelIndex": chosen}
        text = json.dumps({**label, **index, **self._document(context_)})
        examples = self.workspace.parse(text)
        self.workspace.learn(examples)
        self.workspace.finish_example(examples)

    def _document(self, context_: str) -> dict[str, object]:
        actions = [{"j": json.loads(action.features)} for action in self.actions]
        return {"FromUrl": json.loads(context_), "_multi": actions}


@pytest.mark.parametrize("preset", PRESETS)
def test_cached_examples_give_the_probabilities_of_examples_parsed_afresh(preset: str) -> None:
    """Over 400 events with more contexts than the cache holds, for every preset."""
    rng = np.random.default_rng(1)
    ours = VowpalModel(PRESETS[preset].arguments)
    plain = PlainVowpalWabbit(PRESETS[preset].arguments)
    for _ in range(400):
        features, chosen, reward = context(rng), int(rng.integers(5)), float(rng.random())
        ours.learn(decision(features, chosen, 0.3), reward)
        plain.learn(features, chosen, 0.3, reward)
        prediction = ours.predict(features, ACTIONS)

        answered = dict(zip(prediction.order, prediction.probabilities, strict=True))
        expected = [float(str(np.float32(p))) for p in plain.predict(features)]
        assert [answered[n] for n in range(5)] == expected


@pytest.mark.parametrize("preset", PRESETS)
def test_actions_with_the_same_features_are_as_many_as_they_are(preset: str) -> None:
    """Each has its own probability, as where every action is parsed for itself."""
    rng = np.random.default_rng(1)
    actions = tuple(ACTIONS[n] for n in (0, 1, 0, 0, 2, 1, 0))
    ours = VowpalModel(PRESETS[preset].arguments)
    plain = PlainVowpalWabbit(PRESETS[preset].arguments, actions)
    for _ in range(100):
        features, chosen, reward = context(rng), int(rng.integers(7)), float(rng.random())
        ours.learn(decision(features, chosen, 0.3, actions), reward)
        plain.learn(features, chosen, 0.3, reward)
        prediction = ours.predict(features, actions)

        answered = dict(zip(prediction.order, prediction.probabilities, strict=True))
        expected = [float(str(np.float32(p))) for p in plain.predict(features)]
        assert [answered[n] for n in range(7)] == expected


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_that_says_so_keeps_a_positive_probability_for_every_action(
    preset: str,
) -> None:
    """Also after the model is sure of itself; the others do not, as they say."""
    model = VowpalModel(PRESETS[preset].arguments)
    for n in range(600):
        model.learn(decision("[]", n % 5, 0.2), 1.0 if n % 5 == 3 else 0.0)

    probabilities = model.predict("[]", ACTIONS).probabilities

    assert sum(probabilities) == pytest.approx(1.0)
    assert (min(probabilities) > 0) is find_explorer(PRESETS[preset].arguments).keeps_chances


def test_actions_are_ordered_by_predicted_reward() -> None:
    """The best first, not only the best apart."""
    model = VowpalModel(PRESETS["quick"].arguments)
    for n in range(1000):
        model.learn(decision("[]", n % 5, 0.2), [0.3, 0.9, 0.1, 0.7, 0.5][n % 5])

    assert model.predict("[]", ACTIONS).order == (1, 3, 4, 0, 2)


def test_a_model_goes_on_from_its_snapshot_as_if_never_stopped() -> None:
    """The state of the learning rate is kept too."""
    rng = np.random.default_rng(1)
    model = VowpalModel(PRESETS["quick"].arguments)
    for _ in range(50):
        model.learn(decision(context(rng), int(rng.integers(5)), 0.2), float(rng.random()))
    again = VowpalModel(PRESETS["quick"].arguments, model.snapshot())
    features = context(rng)

    for one in (model, again):
        one.learn(decision(features, 2, 0.2), 1.0)

    assert model.predict(features, ACTIONS) == again.predict(features, ACTIONS)


def test_an_untrained_model_has_no_snapshot() -> None:
    """As the service answers an empty body for the model of a new loop."""
    assert VowpalModel(PRESETS["quick"].arguments).snapshot() == b""


@pytest.mark.parametrize("name", ["ñ", "ÿ", "😀", "ab"])
def test_any_namespace_can_be_learned_from_again_and_again(name: str) -> None:
    """Some first bytes made Vowpal Wabbit write over its own memory, and end the process."""
    actions = (Action("a", json.dumps([{name: {"x": 1}}, {f"{name}2": [1, 2]}])), ACTIONS[0])
    model = VowpalModel(PRESETS["quick"].arguments)
    for n in range(30):
        model.learn(decision(f'[{{"n":{n}}}]', 0, 0.5, actions), 1.0)
        model.predict(f'[{{"m":{n}}}]', actions)

    assert model.predict("[]", actions).order[0] == 0


def test_actions_with_the_same_features_are_actions_of_their_own() -> None:
    """Each with its own probability, in ranks and in lessons, also next to others."""
    twins = (ACTIONS[0], Action("twin", ACTIONS[0].features), ACTIONS[1], ACTIONS[0])
    order, probabilities = (1, 0, 2, 3), (0.25,) * 4
    at = datetime(2026, 1, 1, tzinfo=UTC)
    taught = Decision("e", at, "[]", twins, twins, order, probabilities, deferred=False)
    model = VowpalModel(PRESETS["quick"].arguments)
    for _ in range(20):
        model.learn(taught, 1.0)

    prediction = model.predict("[]", twins)

    assert sorted(prediction.order) == [0, 1, 2, 3]
    assert sum(prediction.probabilities) == pytest.approx(1)


def test_models_that_nobody_holds_are_given_back_in_order() -> None:
    """A process that forgets models, with what they parsed and learned, lives on."""
    for _ in range(30):
        model = VowpalModel(PRESETS["quick"].arguments)
        for n in range(5):
            model.learn(decision("[]", n, 0.2), 1.0)
        cycle: list[object] = [model]
        cycle.append(cycle)
        del model, cycle
        gc.collect()


def test_the_memory_of_a_model_that_nobody_holds_is_free_at_once() -> None:
    """Without waiting for the garbage collector: the next model takes its place."""
    gc.collect()
    gc.disable()
    try:
        model = VowpalModel(PRESETS["quick"].arguments)
        for n in range(5):
            model.predict(json.dumps([{"user": n}]), ACTIONS)
            model.learn(decision(json.dumps([{"user": n}]), n, 0.2), 1.0)
        while_held = _workspaces()
        del model

        assert _workspaces() == while_held - 1
    finally:
        gc.enable()


def _workspaces() -> int:
    return sum(isinstance(one, pyvw.Workspace) for one in gc.get_objects())
