"""What the engine needs of a personalizer."""

from datetime import timedelta
from typing import Protocol

from simulator.vocabulary import Recommendation, Visit


class Personalizer(Protocol):
    """Ranks, and listens to how well that went."""

    def rank(self, visit: Visit, event_id: str) -> Recommendation:
        """Rank the visit's actions for its context; raises EndpointProblem when it cannot."""

    def reward(self, event_id: str, value: float, moment: timedelta) -> None:
        """Report the reward of an event at that moment; raises EndpointProblem when it cannot."""

    def close(self) -> None:
        """Let go of what is held open."""
