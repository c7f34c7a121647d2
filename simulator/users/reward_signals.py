"""The rewards that an application sends, as they would be with each action."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.users.behaviour import Amounts


class RewardSignal(NamedTuple):
    """A reward for each visit and action; arrays have the shape (visits, actions).

    ``sent`` is None where one is always sent, and ``offsets``, in microseconds since the visit, is
    None for at once. ``column`` is the number of the outcome that has this reward to itself.
    """

    values: Amounts
    sent: NDArray[np.bool_] | None = None
    offsets: Amounts | None = None
    column: int = 0

    def total(self) -> Amounts:
        """Return what is sent, and 0 where nothing is."""
        return self.values if self.sent is None else np.where(self.sent, self.values, 0.0)
