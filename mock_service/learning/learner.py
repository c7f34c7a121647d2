"""Learners: what the loop's seam looks like over Vowpal Wabbit."""

from mock_service.learning.model import VowpalModel
from mock_service.loop.decision import Action, Decision
from mock_service.loop.seams import Prediction


class ImmediateLearner:
    """One model that answers with all it has learned."""

    def __init__(self, arguments: str, model: bytes = b"") -> None:
        """Start from `model`, or untrained when it is empty.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept `arguments`.
        """
        self._model = VowpalModel(arguments, model)

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions` with everything learned so far."""
        return self._model.predict(context, actions)

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward`."""
        self._model.learn(decision, reward)

    def publish(self) -> None:
        """Do nothing: what was learned is visible already."""

    def snapshot(self) -> bytes:
        """Return the model in Vowpal Wabbit's format; empty when untrained."""
        return self._model.snapshot()


class ExportingLearner:
    """A model in training, and the copy of it that answers until the next export."""

    def __init__(self, arguments: str, model: bytes = b"") -> None:
        """Start from `model`, or untrained when it is empty.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept `arguments`.
        """
        self._arguments = arguments
        self._trainer = VowpalModel(arguments, model)
        self._published = VowpalModel(arguments, model)
        self._exported = model
        self._fresh = False

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions` with the last exported model."""
        return self._published.predict(context, actions)

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward`."""
        self._trainer.learn(decision, reward)
        self._fresh = True

    def publish(self) -> None:
        """Export the model in training, if it learned anything since the last export."""
        if not self._fresh:
            return
        self._exported = self._trainer.snapshot()
        self._published.close()
        self._published = VowpalModel(self._arguments, self._exported)
        self._fresh = False

    def snapshot(self) -> bytes:
        """Return the exported model in Vowpal Wabbit's format; empty when untrained."""
        return self._exported
