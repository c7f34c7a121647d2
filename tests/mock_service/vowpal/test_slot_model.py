"""The multi-slot model: what plain Vowpal Wabbit makes of whole pages, one slot at a time."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from vowpalwabbit import pyvw

from mock_service.loop.decision import Action, Decision
from mock_service.loop.slots import SLOT_KEY, slot_event_id
from mock_service.vowpal.slot_model import VowpalSlotModel

POLICY = "--ccb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"
ACTIONS = tuple(Action(f"a{n}", json.dumps([{"kind": f"k{n}"}, {"n": n * 1.5}])) for n in range(6))
SLOTS: tuple[list[dict[str, object]], ...] = (
    [{"size": "large"}],
    [{"size": "small"}, {"side": {"left": True}}],
    [],
)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def context_of(number: int, user: str) -> str:
    """Return a context about one of the page's slots."""
    slot = {"id": f"s{number}", "number": number, "of": len(SLOTS), "features": SLOTS[number]}
    return json.dumps([{"user": user}, {SLOT_KEY: slot}])


def decide(
    model: VowpalSlotModel, user: str, rng: np.random.Generator
) -> tuple[list[Decision], list[int]]:
    """Fill the page; return each slot's decision and the action it got."""
    decisions, taken = [], list[int]()
    for number in range(len(SLOTS)):
        left = [index for index in range(len(ACTIONS)) if index not in taken]
        actions = tuple(ACTIONS[index] for index in left)
        context = context_of(number, user)
        prediction = model.predict(context, actions)
        at = int(rng.integers(len(left)))
        order = (prediction.order[at], *np.delete(prediction.order, at).tolist())
        probabilities = prediction.probabilities
        probabilities = (probabilities[at], *np.delete(probabilities, at).tolist())
        taken.append(left[order[0]])
        decisions.append(
            Decision(
                slot_event_id("e", f"s{number}"),
                AT,
                context,
                actions,
                actions,
                order,
                probabilities,
                deferred=False,
            )
        )
    return decisions, taken


class PlainVowpalWabbit:
    """Vowpal Wabbit over whole pages."""

    def __init__(self) -> None:
        self.workspace = pyvw.Workspace(f"{POLICY} --json --quiet")

    def probabilities(self, user: str, taken: list[int]) -> list[dict[int, float]]:
        """Return each slot's probabilities on a page where every slot gets the one of `taken`."""
        answers = []
        for number, features in enumerate(SLOTS):
            filled: list[dict[str, object]] = [
                {"sj": SLOTS[n], "_inc": [taken[n]]} if n < number else {"sj": SLOTS[n]}
                for n in range(len(SLOTS))
            ]
            filled[number] = {"sj": features}
            examples = self.workspace.parse(self._page(user, filled))
            answers.append(dict(self.workspace.predict(examples)[number]))
            self.workspace.finish_example(examples)
        return answers

    def learn(self, user: str, decisions: list[Decision], rewards: list[float]) -> None:
        """Learn a whole page at once."""
        slots = [
            {
                "_label_cost": -reward,
                "_a": [ACTIONS.index(decision.actions[index]) for index in decision.order],
                "_p": list(decision.probabilities),
                "sj": features,
            }
            for features, decision, reward in zip(SLOTS, decisions, rewards, strict=True)
        ]
        examples = self.workspace.parse(self._page(user, slots))
        self.workspace.learn(examples)
        self.workspace.finish_example(examples)

    def _page(self, user: str, slots: object) -> str:
        actions = [{"j": json.loads(action.features)} for action in ACTIONS]
        return json.dumps({"FromUrl": [{"user": user}], "_multi": actions, "_slots": slots})


def test_slots_asked_one_by_one_get_the_probabilities_of_the_whole_page() -> None:
    """Over 200 pages of three slots, each learned whole by plain Vowpal Wabbit."""
    rng = np.random.default_rng(1)
    ours, plain = VowpalSlotModel(POLICY), PlainVowpalWabbit()
    for _ in range(200):
        user = str(rng.choice(list("abc")))
        decisions, taken = decide(ours, user, rng)
        rewards = [float(action == "abc".index(user)) for action in taken]
        if ours.trained:
            answers = plain.probabilities(user, taken)
            for decision, expected in zip(decisions, answers, strict=True):
                found = {
                    ACTIONS.index(decision.actions[index]): probability
                    for index, probability in zip(
                        decision.order, decision.probabilities, strict=True
                    )
                }
                assert found == pytest.approx(expected, abs=1e-6)
        plain.learn(user, decisions, rewards)
        for decision, reward in zip(decisions, rewards, strict=True):
            ours.learn(decision, reward)

    best = [
        ACTIONS[ours.predict(context_of(0, user), ACTIONS).order[0]].id for user in ("a", "b", "c")
    ]
    assert best == ["a0", "a1", "a2"]


def test_a_slot_model_goes_on_from_its_snapshot() -> None:
    """As if it had never stopped."""
    rng = np.random.default_rng(1)
    model = VowpalSlotModel(POLICY)
    for _ in range(30):
        for decision in decide(model, "a", rng)[0]:
            model.learn(decision, float(rng.random()))

    again = VowpalSlotModel(POLICY, model.snapshot())

    assert model.predict(context_of(1, "a"), ACTIONS) == again.predict(context_of(1, "a"), ACTIONS)


def test_an_untrained_slot_model_is_uniform_and_has_no_snapshot() -> None:
    """Like the single-slot one."""
    model = VowpalSlotModel(POLICY)

    assert model.predict(context_of(0, "a"), ACTIONS[:4]).probabilities == (0.25,) * 4
    assert model.snapshot() == b""


def test_a_slot_that_a_client_names_is_an_ordinary_feature() -> None:
    """Under an ordinary event id: the model learns as if the feature were not there."""
    learned = []
    for context in (
        [{"user": "u"}, {SLOT_KEY: {"number": 1, "of": 3, "features": []}}],
        [{"user": "u"}],
    ):
        model = VowpalSlotModel(POLICY)
        probabilities = (0.5, 0.3, 0.2)
        text = json.dumps(context)
        decision = Decision(
            "e", AT, text, ACTIONS[:3], ACTIONS[:3], (0, 1, 2), probabilities, deferred=False
        )
        model.learn(decision, 1.0)
        learned.append(model.snapshot())

    assert learned[0] == learned[1]
