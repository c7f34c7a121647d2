"""What is kept of a run: a few numbers a visit and slot, in columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import lazy_loader
import numpy as np
from numpy.typing import NDArray

from simulator.model import Visit
from simulator.users.environment import PageBatch, PageRules

if TYPE_CHECKING:
    from simulator.engine import assignment
else:  # it takes a while to import, which no run of one slot should wait for
    assignment = lazy_loader.load("simulator.engine.assignment", suppress_warning=True)

_Array = NDArray[np.float64]
_Mask = NDArray[np.bool_]
_Places = NDArray[np.intp]
_PAGES_KEPT = 4096
_BY_SLOT: dict[str, type] = {
    "chosen": np.uint16,
    "best": np.uint16,
    "reward": np.float64,
    "value": np.float64,
    "regret": np.float64,
    "blind_reward": np.float64,
    "blind_value": np.float64,
    "best_reward": np.float64,
    "favoured_value": np.float64,
    "baseline_reward": np.float64,
    "baseline_value": np.float64,
}
_BY_VISIT: dict[str, type] = {
    "profile": np.uint16,
    "has_favourite": np.bool_,
    "seconds": np.float64,
}


class Tally:
    """Columns of a run, one row a visit and one column a slot; one action a visit is one slot.

    ``best`` is the action of highest expected value, on a page of several slots that of the best
    page among those that show nothing twice, and ``regret`` how much less than that the chosen one
    is worth on average: negative where the best page gives a place away. ``blind_reward`` is what a
    choice by lot would have earned on average over the actions, ``best_reward`` what the best one
    would have earned, and ``baseline_reward`` what the application's own page would have.
    ``favoured_value`` is what the action is worth to which the policy gave the highest probability,
    which without a favourite is ``blind_value``, the worth of a choice by lot. Values are expected
    ones; a page that is not looked at brings neither those nor rewards. ``seconds`` says when the
    visit happened, since the beginning.
    """

    def __init__(self, page: PageRules, *, keeps_contexts: bool = False) -> None:
        """Count nothing yet; ``keeps_contexts`` keeps the contexts of all visits, too."""
        self._page = page
        names = [*_BY_SLOT, *_BY_VISIT]
        self._blocks: dict[str, list[NDArray[np.generic]]] = {name: [] for name in names}
        self._best_known: dict[bytes, _Places] = {}
        self.fixed_rewards = np.zeros((page.slots, page.actions))
        self.fixed_values = np.zeros((page.slots, page.actions))
        """What showing nothing but that action there, or any while it is not to be had, would have
        earned in all; shape (slots, actions)."""
        self.rounds = self.viewed = 0
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

    def add(
        self,
        block: PageBatch,
        chosen: Sequence[int] | Sequence[tuple[int, ...]],
        favoured: Sequence[int] | Sequence[tuple[int, ...]],
    ) -> None:
        """Keep what came of the first visits of `block`, one for each of the `chosen` pages.

        A favoured action of -1 says that the policy favoured none there.
        """
        count = len(chosen)
        if not count:
            return
        shown, favourites = self._places(chosen), self._places(favoured)
        seen = None if block.viewed is None else block.viewed[:count, None, None]
        mask = self._mask(block, count)
        worth = _stack([one.expected_values[:count] for one in block.slots])
        rewards = _if_viewed(_stack([one.rewards[:count] for one in block.slots]), seen)
        best, expected = self._best(worth, mask), _if_viewed(worth, seen)
        blind_reward, blind_value = _blind(rewards, mask), _blind(expected, mask)
        value = _at(expected, shown)
        columns = {
            "chosen": shown,
            "best": best,
            "reward": _at(rewards, shown),
            "value": value,
            "regret": _at(expected, best) - value,
            "blind_reward": blind_reward,
            "blind_value": blind_value,
            "best_reward": _at(rewards, best),
            "favoured_value": np.where(favourites < 0, blind_value, _at(expected, favourites)),
            "profile": block.slots[0].profiles[:count],
            "has_favourite": (favourites >= 0).all(axis=1),
            "seconds": seconds_of_visits(block.slots[0].visits[:count]),
        }
        if self._page.baseline is not None:
            own = np.tile(self._page.baseline, (count, 1))
            columns["baseline_reward"] = _at(rewards, own)
            columns["baseline_value"] = _at(expected, own)
        for name, column in columns.items():
            self._blocks[name].append(column.astype((_BY_SLOT | _BY_VISIT)[name]))
        self.fixed_rewards += _sum_per_action(rewards, mask, blind_reward)
        self.fixed_values += _sum_per_action(expected, mask, blind_value)
        self.rounds += count
        if self.contexts is not None:
            self.contexts.extend([visit.context for visit in block.slots[0].visits[:count]])
        self._count(block, shown)

    def column(self, name: str) -> _Array:
        """Return a column by visit, amounts of whole pages; shape (rounds,)."""
        if name in _BY_SLOT:
            return np.asarray(self.by_slot(name).sum(axis=1))
        blocks = self._blocks[name]
        return np.concatenate(blocks).astype(np.float64) if blocks else np.zeros(0)

    def by_slot(self, name: str) -> _Array:
        """Return a column by visit and slot; shape (rounds, slots)."""
        blocks = self._blocks[name]
        if not blocks:
            return np.zeros((0, self._page.slots))
        return np.concatenate(blocks).astype(np.float64)

    def seconds(self) -> _Array:
        """Return when each visit happened, in seconds since the beginning; shape (rounds,)."""
        return self.column("seconds")

    def best_pages(self, block: PageBatch) -> list[tuple[int, ...]]:
        """Return the actions of highest expected value for each visit of a block, one a slot."""
        worth = _stack([one.expected_values for one in block.slots])
        best = self._best(worth, self._mask(block, len(worth)))
        return [tuple(page) for page in best.tolist()]

    def fixed_page(self) -> tuple[int, ...]:
        """Return the page that would have earned most if it had been shown at every visit."""
        fixed = self.fixed_rewards[None]
        return tuple(self._best(fixed, self._page.allowed)[0].tolist())

    def _places(self, pages: Sequence[int] | Sequence[tuple[int, ...]]) -> _Places:
        return np.array(pages, dtype=np.intp).reshape(len(pages), self._page.slots)

    def _mask(self, block: PageBatch, count: int) -> _Mask | None:
        """Return which actions could be shown where, if not all; its shape broadcasts."""
        offer = block.slots[0].offer
        return self._page.allowed if offer is None else offer.mask[:count, None, :]

    def _best(self, worth: _Array, mask: _Mask | None) -> _Places:
        if self._page.slots == 1:
            there = worth if mask is None else np.where(mask, worth, -np.inf)
            return np.asarray(there.argmax(axis=2))
        return np.array([self._best_page(page) for page in worth])

    def _best_page(self, worth: _Array) -> _Places:
        """Return the best action for each slot, no action twice; the same worth is solved once."""
        key = worth.tobytes()
        if key not in self._best_known:
            if len(self._best_known) >= _PAGES_KEPT:
                self._best_known.clear()
            allowed = self._page.allowed
            everywhere = np.ones(worth.shape, np.bool_) if allowed is None else allowed
            self._best_known[key] = assignment.optimal_assignment(worth, everywhere)
        return self._best_known[key]

    def _count(self, block: PageBatch, shown: _Places) -> None:
        """Count outcomes and rewards of the pages that were looked at."""
        count = len(shown)
        rows = np.arange(count) if block.viewed is None else np.flatnonzero(block.viewed[:count])
        self.viewed += len(rows)
        for slot, one in enumerate(block.slots):
            there = (rows, shown[rows, slot])
            for name, draws in one.outcomes.items():
                total = float(draws.amounts[there].sum())
                self.outcome_totals[name] = self.outcome_totals.get(name, 0.0) + total
            if one.feedback is None:
                self.reported += len(rows)
                continue
            lost = int(one.feedback.lost[there].sum())
            repeated = int(one.feedback.duplicated[there].sum())
            arrived = sum(int(a.arrives[there].sum()) for a in one.feedback.arrivals)
            self.reported += arrived - repeated + lost
            self.lost += lost
            self.repeated += repeated


def seconds_of_visits(visits: Sequence[Visit]) -> _Array:
    """Return when visits happened, in seconds since the beginning; shape (visits,)."""
    return np.array([visit.offset.total_seconds() for visit in visits], dtype=np.float64)


def _stack(by_slot: list[_Array]) -> _Array:
    """Return amounts of shape (visits, slots, actions); those of one slot are not copied."""
    return by_slot[0][:, None] if len(by_slot) == 1 else np.stack(by_slot, axis=1)


def _if_viewed(amounts: _Array, seen: _Mask | None) -> _Array:
    return amounts if seen is None else amounts * seen


def _at(amounts: _Array, places: _Places) -> _Array:
    visits, slots = places.shape
    return np.asarray(amounts[np.arange(visits)[:, None], np.arange(slots), places])


def _blind(amounts: _Array, mask: _Mask | None) -> _Array:
    """Return the mean over the actions that were there; shape (visits, slots)."""
    if mask is None:
        return np.asarray(amounts.mean(axis=2))
    return np.asarray((amounts * mask).sum(axis=2) / mask.sum(axis=-1))


def _sum_per_action(amounts: _Array, mask: _Mask | None, blind: _Array) -> _Array:
    there = amounts if mask is None else np.where(mask, amounts, blind[..., None])
    return np.asarray(there.sum(axis=0))
