"""What a learning loop does with its model: show it, replace it, teach it and store it."""

from abc import ABC, abstractmethod
from datetime import datetime

from mock_service.loop.configuration import Mode, ProblemType
from mock_service.loop.decision import Action, Decision
from mock_service.loop.protocols import Explanation, ModelCanonicalizer
from mock_service.loop.state import LoopState, Models, TrainingStatus
from mock_service.loop.training import Trainer


class ModelOperations(ABC):
    """What of a learning loop is about its model."""

    _trainer: Trainer
    _state: LoopState
    _canonicalizer: ModelCanonicalizer

    @abstractmethod
    def settle(self) -> datetime:
        """Learn from every event whose wait is over, publish what is due, and return when."""

    @property
    def problem_type(self) -> ProblemType:
        """Which ranks the loop answers."""
        return self._trainer.learner.problem_type

    def explain(self, context: str, actions: tuple[Action, ...]) -> list[Explanation]:
        """Return what features add to the predicted reward, for each action in their order."""
        return self._trainer.learner.explain(context, actions)

    def training_status(self) -> TrainingStatus:
        """Return how far training and publishing are."""
        trainer = self._trainer
        return TrainingStatus(
            trainer.trained_events,
            trainer.published_trained_events,
            trainer.version,
            trainer.modified,
            trainer.next_export,
        )

    def checkpoint(self) -> None:
        """Store the models, so that a restart learns nothing twice."""
        self._trainer.checkpoint()

    def models(self) -> Models:
        """Return the model in training and the published one, as Vowpal Wabbit writes them."""
        return self._trainer.models

    def model(self) -> bytes:
        """Return the published model in Vowpal Wabbit's format; empty when untrained.

        The bytes depend on nothing but the policy and what was learned, in its order.
        """
        self.settle()
        return self._canonicalizer(
            self._trainer.models.published, self._trainer.published_trained_events
        )

    def import_model(self, model: bytes) -> None:
        """Replace the model; empty bytes forget all that was learned.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit cannot go on from it with the loop's policy.
        """
        now = self.settle()
        self._trainer.restart(
            self._state, self._trainer.begin(self._state, Models(model, model)), now
        )

    def teach(self, decision: Decision, reward: float, times: int) -> None:
        """Learn an example that is no event of the loop, `times` times, and publish it at once."""
        now = self.settle()
        self._trainer.repeat(decision, reward, now, times)
        if self._state.mode is Mode.AZURE:
            self._trainer.publish_now(now)
        else:
            self._trainer.checkpoint()

    def publish(self) -> None:
        """Let ranks see all that was learned so far, before the next export would."""
        self._trainer.publish_now(self.settle())
