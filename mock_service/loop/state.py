"""What a loop is, apart from its events: the facts that survive a restart."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mock_service.loop.configuration import Configuration, Mode

AUTO_OPTIMIZATION_DELAY = timedelta(days=15)
"""How long after its creation a loop is first optimised automatically."""


@dataclass(frozen=True, slots=True)
class LoopState:
    """A loop's identity and settings.

    ``uid`` is 32 hexadecimal digits and names the policy on the wire; ``policy`` and
    ``default_policy`` are Vowpal Wabbit arguments as they were given; models are exported at
    ``exports_from`` and every model export frequency thereafter. ``policy_exploration`` is the rate
    of a policy that was set later than the configuration, and None where that of the
    configuration is in effect: the later of both decides.
    """

    uid: str
    created: datetime
    mode: Mode
    seed: str
    policy: str
    default_policy: str
    configuration: Configuration
    exports_from: datetime
    policy_exploration: float | None = None

    @property
    def exploration(self) -> float:
        """The share of ranks that explore, within [0, 1], where the policy explores by a share."""
        if self.policy_exploration is not None:
            return self.policy_exploration
        return self.configuration.exploration


@dataclass(frozen=True, slots=True)
class Models:
    """The model in training and the published one, as Vowpal Wabbit writes them.

    Empty bytes are a model that has learned nothing.
    """

    training: bytes = b""
    published: bytes = b""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Models, how many events the one in training learned from, and which the published one is.

    ``version`` counts publications, ``published_trained_events`` is how many events the published
    model learned from, and ``modified`` is when it was published.
    """

    models: Models
    trained_events: int
    published_trained_events: int
    version: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    """How far training and publishing are.

    ``trained_events`` and ``published_trained_events`` are the numbers of events that the model in
    training and the published one learned from; ``version`` counts publications, ``modified`` is
    when the last one happened, and ``next_export`` when the next may, in azure mode.
    """

    trained_events: int
    published_trained_events: int
    version: int
    modified: datetime
    next_export: datetime
