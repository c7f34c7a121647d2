"""One Vowpal Wabbit model for multi-slot ranks, with its exploration."""

import json
from pathlib import Path
from typing import Any

from mock_service.loop.configuration import ProblemType
from mock_service.loop.decision import Action, Decision
from mock_service.loop.protocols import Explanation, Prediction
from mock_service.loop.slots import SlotContext, parse_slot, read_slot
from mock_service.vowpal.features import clean_features
from mock_service.vowpal.online_learner import OnlineLearnerMixin
from mock_service.vowpal.workspace import finalizer_for, float32_decimal, open_workspace, save


class VowpalSlotModel(OnlineLearnerMixin):
    """A conditional contextual bandit with its policy, asked about one slot at a time.

    Vowpal Wabbit draws by itself when it is shown a whole page, and a later slot's answer depends
    on what it drew. Here the loop draws. So the other slots of the page are shown without
    features, each with an action of its own that it must take: the slot in question keeps its
    number, which is a feature, and nothing else depends on the others.
    """

    problem_type = ProblemType.MULTI_SLOT

    def __init__(self, arguments: str, model: bytes | Path = b"") -> None:
        """Start from `model` or a file of one, or untrained when it is empty.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept `arguments`.
        """
        self._workspace = open_workspace(arguments, model)
        self._given_back = finalizer_for(self, self._workspace)
        self.trained = bool(model)

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions` for the slot that `context` names; uniform when untrained."""
        count = len(actions)
        if not self.trained:
            return Prediction(tuple(range(count)), (float32_decimal(1.0 / count),) * count)
        items = json.loads(context)
        number, document = _document(parse_slot(items) or _only(items), actions, {})
        examples = self._workspace.parse(document)
        scores = self._workspace.predict(examples)[number]
        self._workspace.finish_example(examples)
        ranked = sorted(scores, key=lambda line: (-line[1], line[0]))
        return Prediction(
            tuple(action for action, _ in ranked),
            tuple(float32_decimal(probability) for _, probability in ranked),
        )

    def explain(self, context: str, actions: tuple[Action, ...]) -> list[Explanation]:
        """Say nothing: the service explains single-slot ranks only."""
        return [()] * len(actions)

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward` in its slot."""
        label = {
            "_label_cost": -reward,
            "_a": list(decision.order),
            "_p": [decision.training_probability, *decision.probabilities[1:]],
        }
        slot = read_slot(decision.event_id, decision.context)
        slot = slot or _only(json.loads(decision.context))
        _, document = _document(slot, decision.actions, label)
        examples = self._workspace.parse(document)
        self._workspace.learn(examples)
        self._workspace.finish_example(examples)
        self.trained = True

    def snapshot(self) -> bytes:
        """Return the model as Vowpal Wabbit writes it; empty when untrained."""
        return save(self._workspace) if self.trained else b""

    def close(self) -> None:
        """Give back what the workspace holds."""
        self._given_back()


def _document(
    slot: SlotContext, actions: tuple[Action, ...], label: dict[str, object]
) -> tuple[int, str]:
    """Return the slot's number on the page, and the page as Vowpal Wabbit reads it."""
    count, number, others = len(actions), slot.number, slot.of - 1
    filled: list[dict[str, object]] = [{"sj": [], "_inc": [count + n]} for n in range(others)]
    asked = {**label, "sj": clean_features(slot.features), "_inc": list(range(count))}
    candidates = [{"j": clean_features(json.loads(action.features))} for action in actions]
    page = {
        "FromUrl": clean_features(slot.context),
        "_multi": [*candidates, *[{"j": []}] * others],
        "_slots": [*filled[:number], asked, *filled[number:]],
    }
    return number, json.dumps(page, separators=(",", ":"))


def _only(context: list[Any]) -> SlotContext:
    """Return the slot of a context that names none."""
    return SlotContext(context, "", 0, 1, [])
