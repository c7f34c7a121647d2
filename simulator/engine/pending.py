"""Rewards on their way to the personalizer: each waits here until its moment."""

from datetime import timedelta
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from simulator.personalizer.seam import Personalizer
from simulator.users.crowd import Block
from simulator.users.post import Feedback
from simulator.vocabulary import Visit

_Times = list[list[timedelta]]
_Columns = tuple[list[list[float]], list[list[bool]], _Times]


class Pending:
    """Delivers rewards in the order of their moments.

    Where every reward arrives at once there is nothing to keep, and nothing to pay for.
    """

    def __init__(self, personalizer: Personalizer) -> None:
        self._personalizer = personalizer
        self._waiting: list[tuple[timedelta, int, str, float]] = []
        self._sent = 0
        self._rewards: list[list[float]] = []
        self._arrivals: list[_Columns] | None = None

    def begin(self, block: Block) -> None:
        """Take up the visits of a block."""
        self._rewards = block.rewards.tolist()
        self._arrivals = _columns(block.feedback) if block.feedback else None

    def send(self, row: int, shown: int, visit: Visit, event_id: str) -> None:
        """Send off the rewards of a visit, the `row`-th of its block, that saw action `shown`."""
        if self._arrivals is None:
            self._personalizer.reward(event_id, self._rewards[row][shown], visit.moment)
            return
        for values, arrives, delays in self._arrivals:
            if arrives[row][shown]:
                self._sent += 1
                moment = visit.moment + delays[row][shown]
                heappush(self._waiting, (moment, self._sent, event_id, values[row][shown]))

    def deliver(self, until: timedelta) -> None:
        """Deliver what arrives until that moment."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= until:
            moment, _, event_id, value = heappop(waiting)
            self._personalizer.reward(event_id, value, moment)


def _columns(feedback: Feedback) -> list[_Columns]:
    return [
        (arrival.values.tolist(), arrival.arrives.tolist(), _times(arrival.moments))
        for arrival in feedback.arrivals
    ]


def _times(microseconds: NDArray[np.float64]) -> _Times:
    times: _Times = microseconds.astype("timedelta64[us]").tolist()
    return times
