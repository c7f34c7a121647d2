"""One Vowpal Wabbit model with its exploration."""

import tempfile
from functools import cached_property, lru_cache
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
        self._arguments = arguments
        self.trained = bool(model)
        if model:
            self._workspace = _open_workspace(arguments, model)
        else:
            _check(arguments)

    @cached_property
    def _workspace(self) -> pyvw.Workspace:
        """The workspace, opened when it is first needed: an untrained model answers without."""
        return _open_workspace(self._arguments, b"")

    @cached_property
    def _parsed(self) -> ParsedExamples:
        return ParsedExamples(self._workspace)

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
        if "_workspace" in self.__dict__:
            self._parsed.clear()
            self._workspace.finish()


@lru_cache(maxsize=4096)
def _shortest(probability: float) -> float:
    """Return the shortest decimal that is the same single-precision number.

    That is how the wire writes it, so a client reads exactly the propensity that is stored.
    """
    return float(str(float32(probability)))


@lru_cache(maxsize=64)
def _check(arguments: str) -> None:
    """Let Vowpal Wabbit refuse `arguments`; those it has accepted once it need not see again."""
    _open_workspace(arguments, b"").finish()


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
