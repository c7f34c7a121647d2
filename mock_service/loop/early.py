"""Observations that arrived before their decision, within a bound in bytes."""

from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from sys import getsizeof
from weakref import WeakSet

from mock_service.errors import ApiError
from mock_service.limits import DEFAULT_LIMITS
from mock_service.loop.events import Observation

EARLY_WINDOW = timedelta(minutes=2)
"""How long before its decision an observation may arrive: the joiner's BackwardEventJoinWindow."""

_GROUP_BYTES = 1_024
_OBSERVATION_BYTES = 128
"""What one event id, and one observation of it, take in memory besides the id itself."""


def never_late(_: str) -> bool:
    """Know of no event that has settled."""
    return False


class EarlyBudget:
    """How many bytes the early observations of all loops of a server may take together."""

    def __init__(self, limit: int = DEFAULT_LIMITS.early_bytes) -> None:
        self._limit = limit
        self._keepers: WeakSet[EarlyObservations] = WeakSet()

    def find_room(self, since: datetime) -> int:
        """Return how many bytes may still come; negative beyond the limit.

        What is older than `since` joins nothing any more and takes no room, in no loop.
        """
        if self._room < self.half:
            for keeper in self._keepers:
                keeper.forget_before(since)
        return self._room

    @property
    def _room(self) -> int:
        return self._limit - sum(keeper.bytes for keeper in self._keepers)

    @property
    def half(self) -> int:
        """Half of the limit."""
        return self._limit // 2

    def join(self, keeper: "EarlyObservations") -> None:
        """Count what `keeper` keeps, for as long as it lives."""
        self._keepers.add(keeper)

    def refuse(self, *, activation: bool) -> ApiError:
        """Return what to answer to an observation that finds no room."""
        return ApiError(
            "InvalidEventIdToActivate" if activation else "InvalidRewardRequest",
            f"The event is unknown, and what waits for unknown events has reached the limit of "
            f"{self._limit} bytes (early-bytes): rank first, or try again in two minutes.",
        )


class EarlyObservations:
    """The early observations of one loop by event id; each takes constant time."""

    def __init__(self, budget: EarlyBudget) -> None:
        self.budget = budget
        self.bytes = 0
        """How much memory they take, about."""
        self._by_id: OrderedDict[str, deque[Observation]] = OrderedDict()
        """Ordered by the latest observation of each id."""
        budget.join(self)

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._by_id

    def check_room(
        self, early: Observation, is_late: Callable[[str], bool], count: int = 1
    ) -> bool:
        """Return whether to keep `count` more observations such as this one.

        What is late, because its event has settled, is hardly ever joined by anything: it takes
        half of the room at most, and is let go of in silence beyond it.

        Raises:
            ApiError: InvalidRewardRequest or InvalidEventIdToActivate, when there is no room
                and it is not late.
        """
        since = early.at - EARLY_WINDOW
        self.forget_before(since)
        room = self.budget.find_room(since) - count * (_GROUP_BYTES + _size(early))
        if room >= self.budget.half:
            return True
        if is_late(early.event_id):
            return False
        if room < 0:
            raise self.budget.refuse(activation=early.reward is None)
        return True

    def keep(self, early: Observation) -> None:
        """Keep an observation for a decision that may still come."""
        self.forget_before(early.at - EARLY_WINDOW)
        group = self._by_id.get(early.event_id)
        if group is None:
            group = self._by_id[early.event_id] = deque()
            self.bytes += _GROUP_BYTES
        else:
            self._by_id.move_to_end(early.event_id)
            self._shorten(group, early.at - EARLY_WINDOW)
        group.append(early)
        self.bytes += _size(early)

    def take(self, event_id: str, decided: datetime) -> list[Observation]:
        """Return and forget the observations that join a decision of this id, in their order."""
        group = self._by_id.pop(event_id, None)
        if group is None:
            return []
        self._release(group)
        return [early for early in group if early.at >= decided - EARLY_WINDOW]

    def forget_before(self, timestamp: datetime) -> None:
        """Let go of the ids whose latest observation is too old."""
        while self._by_id:
            group = next(iter(self._by_id.values()))
            if group[-1].at >= timestamp:
                return
            self._release(group)
            self._by_id.popitem(last=False)

    def _shorten(self, group: deque[Observation], timestamp: datetime) -> None:
        while group and group[0].at < timestamp:
            self.bytes -= _size(group.popleft())

    def _release(self, group: deque[Observation]) -> None:
        self.bytes -= _GROUP_BYTES + sum(_size(early) for early in group)


def _size(early: Observation) -> int:
    return _OBSERVATION_BYTES + getsizeof(early.event_id)
