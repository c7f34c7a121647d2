"""How a loop behaves; the defaults are those of a newly made resource."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import fmean, median

from mock_service.errors import SettingsInvalid


class Mode(StrEnum):
    """When the loop learns.

    ``quick``: as soon as an event's reward arrives, and the next rank sees it.
    ``azure``: when the reward wait time is over, and ranks see it after the next export.
    """

    QUICK = "quick"
    AZURE = "azure"


class LearningMode(StrEnum):
    """Whose choice is shown, and what is learned from it.

    ``Online``: the policy's, learned with its reward. ``Apprentice``: the baseline's (the first
    eligible action), while the policy learns to imitate it. ``LoggingOnly``: the baseline's, and
    it is the baseline's choice that is logged and learned with its reward.
    """

    ONLINE = "Online"
    APPRENTICE = "Apprentice"
    LOGGING_ONLY = "LoggingOnly"


class ProblemType(StrEnum):
    """Which ranks a loop answers: those for a single slot, or those for the slots of a page."""

    SINGLE_SLOT = "single-slot"
    MULTI_SLOT = "multi-slot"


Aggregation = Callable[[list[float]], float]


_MAX_LENGTH = timedelta(days=3650)
"""Of any duration: longer ones lead out of the calendar."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The service configuration of one loop.

    Durations are positive; rewards are usually within [-1, 1]; ``exploration`` is a share
    within [0, 1]; ``log_retention_days`` of -1 keeps logs for ever. None is what was never set:
    the loop fills in the two moments, and the service leaves the others out of its answers.
    """

    reward_wait_time: timedelta = timedelta(minutes=10)
    default_reward: float = 0.0
    reward_aggregation: str = "earliest"
    exploration: float = 0.2
    model_export_frequency: timedelta = timedelta(minutes=5)
    log_retention_days: int = 90
    log_mirror_enabled: bool | None = None
    log_mirror_sas_uri: str | None = None
    learning_mode: LearningMode = LearningMode.ONLINE
    auto_optimization: bool = True
    auto_optimization_frequency: timedelta = timedelta(days=28)
    auto_optimization_start: datetime | None = None
    model_retrain_days: int = 2
    explainability: bool | None = None
    last_edited: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse, as SettingsInvalid, what no loop can run with; a NaN is within no bounds."""
        if not 0 <= self.exploration <= 1:
            raise SettingsInvalid(
                f"exploration: expected a share in [0, 1], got {self.exploration}"
            )
        if self.reward_aggregation not in AGGREGATIONS:
            raise SettingsInvalid(
                f"aggregation: expected one of {', '.join(AGGREGATIONS)}, "
                f"got {self.reward_aggregation!r}"
            )
        durations = (self.reward_wait_time, self.model_export_frequency)
        if min(durations) <= timedelta():
            raise SettingsInvalid("durations: expected more than zero")
        if max(*durations, self.auto_optimization_frequency) > _MAX_LENGTH:
            raise SettingsInvalid(f"durations: expected at most {_MAX_LENGTH.days} days")

    def same_training_as(self, other: "Configuration") -> bool:
        """Return whether the same events would teach the same under `other`.

        Where they would not, the service retrains its model from the events it has stored.
        """
        return _training_key(self) == _training_key(other)


def first(rewards: list[float]) -> float:
    """Return the reward that arrived first."""
    return rewards[0]


AGGREGATIONS: dict[str, Aggregation] = {
    "earliest": first,
    "average": fmean,
    "median": median,
    "sum": sum,
    "min": min,
    "max": max,
}


def _training_key(configuration: Configuration) -> tuple[object, ...]:
    return (
        configuration.reward_wait_time,
        configuration.default_reward,
        configuration.reward_aggregation,
        configuration.exploration,
    )
