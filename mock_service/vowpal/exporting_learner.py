"""A learner that answers with what it has exported."""

from collections.abc import Callable

from mock_service.loop.configuration import ProblemType
from mock_service.loop.decision import Action, Decision
from mock_service.loop.protocols import Explanation, Prediction, RequestBound
from mock_service.loop.state import Models
from mock_service.vowpal.feature_bound import Unbounded
from mock_service.vowpal.learners import Model


class ExportingLearner:
    """A model in training, and the copy of it that answers until the next export.

    ``open_model`` makes a model of what another one's snapshot holds, or an untrained one of
    nothing.
    """

    def __init__(self, open_model: Callable[[bytes], Model], models: Models) -> None:
        """Go on from `models`; whether the one in training is news is not known yet.

        Raises:
            LearningPolicyInvalid: the policy cannot be opened.
        """
        self.bound: RequestBound = Unbounded()
        self._open_model = open_model
        self._trainer = open_model(models.training)
        self._published = open_model(models.published)
        self._exported = models.published
        self._fresh = models.training != models.published

    @property
    def problem_type(self) -> ProblemType:
        """Which ranks the policy is for."""
        return self._trainer.problem_type

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions` with the last exported model."""
        return self._published.predict(context, actions)

    def explain(self, context: str, actions: tuple[Action, ...]) -> list[Explanation]:
        """Say what features add to the predicted reward of each action."""
        return self._published.explain(context, actions)

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward`."""
        self._trainer.learn(decision, reward)
        self._fresh = True

    def publish(self) -> bool:
        """Export the model in training, if it learned anything since the last export."""
        if not self._fresh:
            return False
        self._exported = self._trainer.snapshot()
        self._published.close()
        self._published = self._open_model(self._exported)
        self._fresh = False
        return True

    def models(self) -> Models:
        """Return the model in training and the exported one."""
        training = self._trainer.snapshot() if self._fresh else self._exported
        return Models(training, self._exported)
