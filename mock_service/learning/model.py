"""One Vowpal Wabbit model with its exploration."""

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from numpy import float32
from vowpalwabbit import pyvw

from mock_service.errors import LearningPolicyInvalid
from mock_service.learning.examples import ParsedExamples
from mock_service.loop.decision import Action, Decision
from mock_service.loop.seams import Prediction

_ALWAYS = "--json --quiet --save_resume --preserve_performance_counters"


class VowpalModel:
    """A contextual-bandit model with its policy."""

    def __init__(self, arguments: str, model: bytes = b"") -> None:
        """Start from `model`, or untrained when it is empty.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept `arguments`.
        """
        self._workspace = _open_workspace(arguments, model)
        self._parsed = ParsedExamples(self._workspace)
        self.trained = bool(model)

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions`, best first; uniform in the given order when untrained."""
        count = len(actions)
        if not self.trained:
            return Prediction(tuple(range(count)), (_shortest(1.0 / count),) * count)
        examples = self._parsed.decision(context, actions)
        self._workspace.predict_multi(examples)
        probabilities = [_shortest(score) for score in examples[0].get_action_scores()]
        costs = [example.get_partial_prediction() for example in examples[1:]]
        order = sorted(range(count), key=costs.__getitem__)
        ranked = [probabilities[index] for index in order]
        if ranked != sorted(ranked, reverse=True):  # some explorations do not go by cost alone
            order.sort(key=lambda index: -probabilities[index])
            ranked.sort(reverse=True)
        return Prediction(tuple(order), tuple(ranked))

    def judge(
        self, context: str, actions: tuple[Action, ...]
    ) -> tuple[Sequence[float], Sequence[float]]:
        """Return each action's probability and predicted cost, in the order given."""
        count = len(actions)
        if not self.trained:
            return [1.0 / count] * count, [0.0] * count
        examples = self._parsed.decision(context, actions)
        self._workspace.predict_multi(examples)
        costs = [example.get_partial_prediction() for example in examples[1:]]
        return examples[0].get_action_scores(), costs

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward`."""
        examples = self._parsed.decision(decision.context, decision.actions)
        chosen = decision.order[0]
        features = decision.actions[chosen].features
        labelled = self._parsed.labelled(features, cost=-reward, probability=decision.propensity)
        self._workspace.learn_multi([*examples[: 1 + chosen], labelled, *examples[2 + chosen :]])
        self.trained = True

    def snapshot(self) -> bytes:
        """Return the model as Vowpal Wabbit writes it; empty when untrained."""
        if not self.trained:
            return b""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.vw")
            self._workspace.save(path)
            return path.read_bytes()

    def close(self) -> None:
        """Give back what the workspace holds."""
        self._parsed.clear()
        self._workspace.finish()


@lru_cache(maxsize=4096)
def _shortest(probability: float) -> float:
    """Return the shortest decimal that is the same single-precision number.

    That is how the wire writes it, so a client reads exactly the propensity that is stored.
    """
    return float(str(float32(probability)))


def _open_workspace(arguments: str, model: bytes) -> pyvw.Workspace:
    with tempfile.TemporaryDirectory() as folder:
        text = f"{arguments} {_ALWAYS}"
        if model:
            path = Path(folder, "model.vw")
            path.write_bytes(model)
            text += f" --initial_regressor {path}"
        try:
            return pyvw.Workspace(text)
        except RuntimeError as error:
            raise LearningPolicyInvalid(
                f"Vowpal Wabbit does not accept the learning policy {arguments!r}: {error}"
            ) from error
