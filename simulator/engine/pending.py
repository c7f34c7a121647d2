"""Rewards on their way to the personalizer: each waits here until its moment."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from simulator.engine.timeline import Timeline
from simulator.model import Visit
from simulator.personalizer.protocols import RewardSink
from simulator.users.delivery import Deliveries
from simulator.users.environment import VisitBatch

_Times = list[list[timedelta]]
_Send = Callable[[int, int, Visit, str], None]
_Columns = tuple[list[list[float]], list[list[bool]], _Times]


class Pending:
    """Delivers rewards in the order of their moments.

    Where every reward arrives at once there is nothing to keep, and nothing to pay for.
    """

    def __init__(self, personalizer: RewardSink, timeline: Timeline) -> None:
        self.waiting: list[tuple[timedelta, int, str, float]] = []
        """What is on its way, as a heap by moment."""
        self._reward = personalizer.reward
        self._timeline = timeline
        self._sent = 0

    def begin(self, block: VisitBatch) -> _Send:
        """Take up a block, and return what sends off the rewards of each of its visits.

        It takes the visit's row in the block, the action that was shown, the visit and the event.
        """
        if block.feedback is None:
            return self._at_once(block.rewards.tolist())
        return partial(self._send, _columns(block.feedback))

    def _at_once(self, rewards: list[list[float]]) -> _Send:
        reward = self._reward

        def send(row: int, shown: int, visit: Visit, event_id: str) -> None:
            reward(event_id, rewards[row][shown], visit.offset)

        return send

    def _send(
        self, arrivals: list[_Columns], row: int, shown: int, visit: Visit, event_id: str
    ) -> None:
        for values, arrives, delays in arrivals:
            if arrives[row][shown]:
                self._sent += 1
                offset = self._timeline.due(visit, delays[row][shown])
                heappush(self.waiting, (offset, self._sent, event_id, values[row][shown]))

    def deliver(self, visit: Visit) -> None:
        """Deliver what has arrived when `visit` happens."""
        waiting, until = self.waiting, self._timeline.now(visit)
        while waiting and waiting[0][0] <= until:
            offset, _, event_id, value = heappop(waiting)
            self._reward(event_id, value, offset)

    def deliver_all(self) -> None:
        """Deliver all the rest, each at its moment."""
        while self.waiting:
            offset, _, event_id, value = self.waiting[0]
            self._timeline.wait_until(offset)
            self._reward(event_id, value, offset)
            heappop(self.waiting)


def _columns(feedback: Deliveries) -> list[_Columns]:
    return [
        (arrival.values.tolist(), arrival.arrives.tolist(), _times(arrival.offsets))
        for arrival in feedback.arrivals
    ]


def _times(microseconds: NDArray[np.float64]) -> _Times:
    times: _Times = microseconds.astype("timedelta64[us]").tolist()
    return times
