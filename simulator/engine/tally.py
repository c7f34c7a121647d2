"""What is kept of a run: a few numbers a visit, in columns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.model import Visit
from simulator.users.environment import VisitBatch

_Array = NDArray[np.float64]
_Mask = NDArray[np.bool_]
_COLUMNS: dict[str, type] = {
    "profile": np.uint16,
    "chosen": np.uint16,
    "best": np.uint16,
    "reward": np.float64,
    "value": np.float64,
    "regret": np.float64,
    "blind_reward": np.float64,
    "best_reward": np.float64,
    "favoured_value": np.float64,
    "has_favourite": np.bool_,
    "blind_value": np.float64,
    "seconds": np.float64,
}


class Tally:
    """Columns of a run, one entry a visit.

    ``best`` is the action of highest expected value, and ``regret`` how much less than that the
    chosen one is worth on average. ``blind_reward`` is what a choice by lot would have earned on
    average over the actions, and ``best_reward`` what the best action would have earned.
    ``seconds`` says when the visit happened, since the beginning.
    ``favoured_value`` is what the action is worth to which the policy gave the highest probability,
    which without a favourite is ``blind_value``, the worth of a choice by lot. Values are expected
    ones.
    """

    def __init__(self, actions: int, *, keeps_contexts: bool = False) -> None:
        """Count nothing yet; ``keeps_contexts`` keeps the contexts of all visits, too."""
        self._blocks: dict[str, list[NDArray[np.generic]]] = {name: [] for name in _COLUMNS}
        self.fixed_rewards = np.zeros(actions)
        self.fixed_values = np.zeros(actions)
        """What showing nothing but that action, or any while it is not there, would have earned in
        all; shape (actions,)."""
        self.rounds = 0
        self.contexts: list[str] | None = [] if keeps_contexts else None
        """The context of each visit, as a JSON array of objects."""
        self.outcome_totals: dict[str, float] = {}
        """What users did with what they were shown, added up by outcome."""
        self.reported = self.lost = self.repeated = 0
        """Rewards that were sent, those of them that never arrived, and those that came twice."""
        self.unsent = 0
        """Rewards that were still on their way when the run ended."""
        self.trouble = ""
        """Why the run ended early."""

    def add(self, block: VisitBatch, chosen: list[int], favoured: list[int]) -> None:
        """Keep what came of the first visits of `block`, one for each of the `chosen` actions.

        A favoured action of -1 says that the policy favoured none.
        """
        count = len(chosen)
        if not count:
            return
        rows, shown, favourites = np.arange(count), np.array(chosen), np.array(favoured)
        mask = block.offer.mask[:count] if block.offer else None
        expected, rewards = block.expected_values[:count], block.rewards[:count]
        best = best_actions(block)[:count]
        value = expected[rows, shown]
        blind_reward, blind_value = _blind(rewards, mask), _blind(expected, mask)
        columns = {
            "profile": block.profiles[:count],
            "chosen": shown,
            "best": best,
            "reward": rewards[rows, shown],
            "value": value,
            "regret": expected[rows, best] - value,
            "blind_reward": blind_reward,
            "best_reward": rewards[rows, best],
            "favoured_value": np.where(favourites < 0, blind_value, expected[rows, favourites]),
            "has_favourite": favourites >= 0,
            "blind_value": blind_value,
            "seconds": seconds_of_visits(block.visits[:count]),
        }
        for name, column in columns.items():
            self._blocks[name].append(column.astype(_COLUMNS[name]))
        self.fixed_rewards += _sum_per_action(rewards, mask, blind_reward)
        self.fixed_values += _sum_per_action(expected, mask, blind_value)
        self.rounds += count
        visits = block.visits[:count]
        if self.contexts is not None:
            self.contexts.extend([visit.context for visit in visits])
        for name, draws in block.outcomes.items():
            total = float(draws.amounts[rows, shown].sum())
            self.outcome_totals[name] = self.outcome_totals.get(name, 0.0) + total
        self._count_feedback(block, rows, shown)

    def column(self, name: str) -> NDArray[np.float64]:
        """Return a column; shape (rounds,)."""
        blocks = self._blocks[name]
        return np.concatenate(blocks).astype(np.float64) if blocks else np.zeros(0)

    def seconds(self) -> NDArray[np.float64]:
        """Return when each visit happened, in seconds since the beginning; shape (rounds,)."""
        return self.column("seconds")

    def _count_feedback(
        self, block: VisitBatch, rows: NDArray[np.intp], chosen: NDArray[np.intp]
    ) -> None:
        if block.feedback is None:
            self.reported += len(rows)
            return
        lost = int(block.feedback.lost[rows, chosen].sum())
        repeated = int(block.feedback.duplicated[rows, chosen].sum())
        arrived = sum(int(a.arrives[rows, chosen].sum()) for a in block.feedback.arrivals)
        self.reported += arrived - repeated + lost
        self.lost += lost
        self.repeated += repeated


def seconds_of_visits(visits: Sequence[Visit]) -> NDArray[np.float64]:
    """Return when visits happened, in seconds since the beginning; shape (visits,)."""
    return np.array([visit.offset.total_seconds() for visit in visits], dtype=np.float64)


def best_actions(block: VisitBatch) -> NDArray[np.intp]:
    """Return the action of highest expected value among those that are there, for each visit."""
    expected = block.expected_values
    there = np.where(block.offer.mask, expected, -np.inf) if block.offer else expected
    return np.asarray(there.argmax(axis=1))


def _blind(metrics: _Array, mask: _Mask | None) -> _Array:
    """Return the mean over the actions that were there; shape (visits,)."""
    if mask is None:
        return np.asarray(metrics.mean(axis=1))
    return np.asarray((metrics * mask).sum(axis=1) / mask.sum(axis=1))


def _sum_per_action(metrics: _Array, mask: _Mask | None, blind: _Array) -> _Array:
    there = metrics if mask is None else np.where(mask, metrics, blind[:, None])
    return np.asarray(there.sum(axis=0))
