"""What is kept of a run with slots: a few numbers a visit and slot, in columns."""

from typing import TYPE_CHECKING

import lazy_loader
import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import seconds_of_visits
from simulator.users.multi_slot import MultiSlotEnvironment, PageBatch

if TYPE_CHECKING:
    from simulator.engine import assignment
else:  # it takes a while to import, which no run without slots should wait for
    assignment = lazy_loader.load("simulator.engine.assignment", suppress_warning=True)

_Array = NDArray[np.float64]
_Places = NDArray[np.intp]
_PAGES_KEPT = 4096
_KEPT = ("chosen", "best", "reward", "value", "regret")
_CHOICES = ("uniform", "baseline", "oracle")


class MultiSlotTally:
    """Columns of a run, one row a visit and one column a slot.

    The best page is the one of highest expected value among those that show no action twice, and
    ``regret`` is how much less the shown page is worth in each slot: negative where the best page
    gives a place away. ``reward`` is what is reported; values are expected ones; what is not shown
    to see brings neither. ``uniform`` shows any of the actions allowed in a slot, ``baseline`` is
    the page without a Personalizer, ``oracle`` the best page.
    """

    def __init__(self, environment: MultiSlotEnvironment) -> None:
        self._environment = environment
        names = [*_KEPT, *(f"{one}_{kind}" for one in _CHOICES for kind in ("reward", "value"))]
        self._blocks: dict[str, list[_Array]] = {name: [] for name in names}
        self._profiles: list[_Places] = []
        self._best: dict[bytes, _Places] = {}
        self.rounds = self.viewed = 0
        self.reported = self.lost = self.repeated = self.unsent = 0
        self._seconds: list[_Array] = []
        self.trouble = ""

    def add(self, block: PageBatch, chosen: list[tuple[int, ...]]) -> None:
        """Keep what came of the first visits of `block`, one for each of the `chosen` pages."""
        count = len(chosen)
        if not count:
            return
        self._seconds.append(seconds_of_visits(block.slots[0].visits[:count]))
        viewed = block.viewed[:count, None, None]
        worth = _stack_slots([one.expected_values[:count] for one in block.slots])
        shown, best = np.array(chosen), self._best_pages(worth)
        expected = worth * viewed
        rewards = _stack_slots([one.rewards[:count] for one in block.slots]) * viewed
        baseline = np.tile(self._environment.baseline, (count, 1))
        value, most = _at(expected, shown), _at(expected, best)
        columns = {
            "chosen": shown,
            "best": best,
            "reward": _at(rewards, shown),
            "value": value,
            "regret": most - value,
            "uniform_reward": self._by_lot(rewards),
            "uniform_value": self._by_lot(expected),
            "baseline_reward": _at(rewards, baseline),
            "baseline_value": _at(expected, baseline),
            "oracle_reward": _at(rewards, best),
            "oracle_value": most,
        }
        for name, column in columns.items():
            self._blocks[name].append(column.astype(np.float64))
        self._profiles.append(block.slots[0].profiles[:count])
        self.rounds += count
        self.viewed += int(block.viewed[:count].sum())
        self._count_feedback(block, shown)

    def column(self, name: str) -> _Array:
        """Return figures by visit and slot; shape (rounds, slots)."""
        blocks = self._blocks[name]
        return np.concatenate(blocks) if blocks else np.zeros((0, len(self._environment.slots)))

    def seconds(self) -> _Array:
        """Return when each page was opened, in seconds since the beginning; shape (rounds,)."""
        return np.concatenate(self._seconds) if self._seconds else np.zeros(0)

    def profiles(self) -> _Places:
        """Return the index of each visit's profile; shape (rounds,)."""
        return np.concatenate(self._profiles) if self._profiles else np.zeros(0, np.intp)

    def best_pages(self, block: PageBatch) -> list[tuple[int, ...]]:
        """Return the best page for each visit of a block."""
        expected = _stack_slots([one.expected_values for one in block.slots])
        return [tuple(page) for page in self._best_pages(expected).tolist()]

    def _best_pages(self, expected: _Array) -> _Places:
        return np.array([self._best_page(page) for page in expected])

    def _best_page(self, expected: _Array) -> _Places:
        """Return the best action for each slot, no action twice; the same worth is solved once."""
        key = expected.tobytes()
        if key not in self._best:
            if len(self._best) >= _PAGES_KEPT:
                self._best.clear()
            self._best[key] = assignment.optimal_assignment(expected, self._environment.allowed)
        return self._best[key]

    def _by_lot(self, metrics: _Array) -> _Array:
        allowed = self._environment.allowed
        return np.asarray((metrics * allowed).sum(axis=2) / allowed.sum(axis=1))

    def _count_feedback(self, block: PageBatch, shown: _Places) -> None:
        rows = np.flatnonzero(block.viewed[: len(shown)])
        for slot, one in enumerate(block.slots):
            indices = (rows, shown[rows, slot])
            if one.feedback is None:
                self.reported += len(rows)
                continue
            lost = int(one.feedback.lost[indices].sum())
            repeated = int(one.feedback.duplicated[indices].sum())
            arrived = sum(int(a.arrives[indices].sum()) for a in one.feedback.arrivals)
            self.reported += arrived - repeated + lost
            self.lost += lost
            self.repeated += repeated


def _stack_slots(by_slot: list[_Array]) -> _Array:
    """Return figures of shape (visits, slots, actions)."""
    return np.stack(by_slot, axis=1)


def _at(metrics: _Array, shown: _Places) -> _Array:
    return np.take_along_axis(metrics, shown[..., None], axis=2)[..., 0]
