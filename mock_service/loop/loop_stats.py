"""What a loop counts, so that it can say why it is not learning."""

from collections import deque
from dataclasses import dataclass, field
from itertools import islice

RECENT = 10_000
"""How many of the latest joined rewards are remembered."""

WINDOWS = (100, 1_000, RECENT)


@dataclass(slots=True)
class LoopStats:
    """Counts over a loop's life, or over what its log still holds after a restart.

    ``late`` observations came for events that had settled. Of the settled events, ``rewarded`` had
    a reward, ``defaulted`` had none and got the default, and ``not_activated`` taught nothing.
    """

    decisions: int = 0
    rewards: int = 0
    activations: int = 0
    late: int = 0
    rewarded: int = 0
    defaulted: int = 0
    not_activated: int = 0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))

    def mean_rewards(self) -> dict[int, float | None]:
        """Return the mean joined reward of the latest events, by how many of them are averaged.

        A window that is not full yet averages what there is; None where there is nothing.
        """
        return {window: self._mean(window) for window in WINDOWS}

    def _mean(self, window: int) -> float | None:
        latest = list(islice(reversed(self.recent), window))
        return sum(latest) / len(latest) if latest else None
