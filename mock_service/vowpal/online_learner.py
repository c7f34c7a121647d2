"""What makes a model a learner by itself: it answers with all it has learned."""

from abc import ABC, abstractmethod

from mock_service.loop.protocols import RequestBound
from mock_service.loop.state import Models
from mock_service.vowpal.feature_bound import Unbounded


class OnlineLearnerMixin(ABC):
    """The part of a learner in which nothing is held back until an export."""

    bound: RequestBound = Unbounded()

    @abstractmethod
    def snapshot(self) -> bytes:
        """Return the model as Vowpal Wabbit writes it; empty when untrained."""

    def publish(self) -> bool:
        """Say that there is always news: what was learned is visible already."""
        return True

    def models(self) -> Models:
        """Return the one model as both."""
        model = self.snapshot()
        return Models(model, model)
