"""How a loop behaves; the defaults are those of a newly made resource."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
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


Aggregation = Callable[[list[float]], float]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The service configuration of one loop.

    Durations are positive; rewards are usually within [-1, 1]; ``exploration`` is a share
    within [0, 1]; ``log_retention_days`` of -1 keeps logs for ever.
    """

    reward_wait_time: timedelta = timedelta(minutes=10)
    default_reward: float = 0.0
    reward_aggregation: str = "earliest"
    exploration: float = 0.2
    model_export_frequency: timedelta = timedelta(minutes=5)
    log_retention_days: int = 90

    def __post_init__(self) -> None:
        """Refuse, as SettingsInvalid, what no loop can run with; a NaN is within no bounds."""
        if not 0 <= self.exploration <= 1:
            raise SettingsInvalid(
                f"exploration: expected a share in [0, 1], got {self.exploration}"
            )


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
