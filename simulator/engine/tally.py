"""What is kept of a run: a few numbers a visit and slot, in columns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.engine.page_amounts import Amounts, BestKnown, PageAmounts, open_amounts
from simulator.model import Visit
from simulator.users.environment import PageBatch, PageRules, VisitBatch

_Array = NDArray[np.float64]
_Places = NDArray[np.intp]
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
        self._best_known: BestKnown = {}
        self._amounts: PageAmounts | None = None
        self._fixed: Amounts | None = None
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
        amounts = self._amounts = open_amounts(block, self._page, count, self._best_known)
        best = amounts.best()
        blind, most, got = amounts.blind(), amounts.of_pages(best), amounts.of_pages(shown)
        favoured_values = amounts.of_pages(np.where(favourites < 0, shown, favourites)).values
        columns = {
            "chosen": shown,
            "best": best,
            "reward": got.rewards,
            "value": got.values,
            "regret": most.values - got.values,
            "blind_reward": blind.rewards,
            "blind_value": blind.values,
            "best_reward": most.rewards,
            "favoured_value": np.where(favourites < 0, blind.values, favoured_values),
            "profile": block.slots[0].profiles[:count],
            "has_favourite": (favourites >= 0).all(axis=1),
            "seconds": seconds_of_visits(block.slots[0].visits[:count]),
        }
        if self._page.baseline is not None:
            own = amounts.of_pages(np.tile(self._page.baseline, (count, 1)))
            columns["baseline_reward"], columns["baseline_value"] = own
        for name, column in columns.items():
            self._blocks[name].append(column.astype((_BY_SLOT | _BY_VISIT)[name]))
        self._add_fixed(amounts.sum_fixed())
        self.rounds += count
        if self.contexts is not None:
            self.contexts.extend([visit.context for visit in block.slots[0].visits[:count]])
        self._count(block, shown, amounts.engagement(shown))

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
        count = len(block.slots[0].visits)
        best = open_amounts(block, self._page, count, self._best_known).best()
        return [tuple(page) for page in best.tolist()]

    def best_fixed(self) -> tuple[tuple[int, ...], float, float]:
        """Return the page that would have earned most if it had been shown at every visit.

        With it come the rewards and the value that it would have brought in all.

        Raises:
            ValueError: there was no visit.
        """
        if self._amounts is None or self._fixed is None:
            raise ValueError("nothing was shown yet")
        return self._amounts.best_fixed(self._fixed)

    def _add_fixed(self, some: Amounts) -> None:
        """Add what showing the same all the time would have brought."""
        before = self._fixed
        self._fixed = (
            some
            if before is None
            else Amounts(before.rewards + some.rewards, before.values + some.values)
        )

    def _places(self, pages: Sequence[int] | Sequence[tuple[int, ...]]) -> _Places:
        return np.array(pages, dtype=np.intp).reshape(len(pages), self._page.slots)

    def _count(self, block: PageBatch, shown: _Places, engaged: NDArray[np.bool_]) -> None:
        """Count outcomes and rewards of the pages that were looked at."""
        count = len(shown)
        rows = np.arange(count) if block.viewed is None else np.flatnonzero(block.viewed[:count])
        self.viewed += len(rows)
        for slot, one in enumerate(block.slots):
            there = rows[engaged[rows, slot]]
            self._count_slot(one, there, shown[there, slot])
            if block.ignored:
                others = rows[~engaged[rows, slot]]
                self._count_slot(block.ignored[slot], others, shown[others, slot])

    def _count_slot(self, block: VisitBatch, rows: _Places, shown: _Places) -> None:
        there = (rows, shown)
        for name, draws in block.outcomes.items():
            total = float(draws.amounts[there].sum())
            self.outcome_totals[name] = self.outcome_totals.get(name, 0.0) + total
        if block.feedback is None:
            self.reported += len(rows)
            return
        lost = int(block.feedback.lost[there].sum())
        repeated = int(block.feedback.duplicated[there].sum())
        arrived = sum(int(a.arrives[there].sum()) for a in block.feedback.arrivals)
        self.reported += arrived - repeated + lost
        self.lost += lost
        self.repeated += repeated


def seconds_of_visits(visits: Sequence[Visit]) -> _Array:
    """Return when visits happened, in seconds since the beginning; shape (visits,)."""
    return np.array([visit.offset.total_seconds() for visit in visits], dtype=np.float64)
