"""What pages bring, whatever they show: slot by slot, or page by page where slots depend on others.

Pages are indices of actions with the shape (visits, slots); amounts have that shape, too.
"""

from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import lazy_loader
import numpy as np
from numpy.typing import NDArray

from simulator.users.environment import PageBatch, PageRules
from simulator.users.examination import Examination

if TYPE_CHECKING:
    from simulator.engine import assignment
else:  # it takes a while to import, which no run of one slot should wait for
    assignment = lazy_loader.load("simulator.engine.assignment", suppress_warning=True)

_Array = NDArray[np.float64]
_Mask = NDArray[np.bool_]
_Places = NDArray[np.intp]
_KEPT = 4096
BestKnown = dict[bytes, _Places]
"""Best pages by what each action is worth in each slot: the same worth is solved once."""


class Amounts(NamedTuple):
    """What is reported, and what is expected to be worth."""

    rewards: _Array
    values: _Array


class SlotAmounts:
    """Slots that do not depend on each other; arrays have the shape (visits, slots, actions)."""

    def __init__(self, block: PageBatch, rules: PageRules, count: int, known: BestKnown) -> None:
        self._rules, self._known = rules, known
        seen = None if block.viewed is None else block.viewed[:count, None, None]
        offer = block.slots[0].offer
        self._mask = rules.allowed if offer is None else offer.mask[:count, None, :]
        self._worth = _stack([one.expected_values[:count] for one in block.slots])
        rewards = _stack([one.rewards[:count] for one in block.slots])
        self._amounts = Amounts(
            rewards if seen is None else rewards * seen,
            self._worth if seen is None else self._worth * seen,
        )

    def of_pages(self, pages: _Places) -> Amounts:
        """Return what these pages bring, slot by slot."""
        return Amounts(*[_at(one, pages) for one in self._amounts])

    def engagement(self, pages: _Places) -> _Mask:
        """Return which slots of these pages get attention: all of them."""
        return np.ones(pages.shape, dtype=bool)

    def best(self) -> _Places:
        """Return the pages of highest expected value."""
        return self._find_best(self._worth, self._mask)

    def blind(self) -> Amounts:
        """Return the means over the actions that were there."""
        mask = self._mask
        if mask is None:
            return Amounts(*[one.mean(axis=2) for one in self._amounts])
        shares = mask.sum(axis=-1)
        return Amounts(*[(one * mask).sum(axis=2) / shares for one in self._amounts])

    def sum_fixed(self) -> Amounts:
        """Return sums by slot and action; one that was not there stands for any."""
        mask = self._mask
        if mask is None:
            return Amounts(*[one.sum(axis=0) for one in self._amounts])
        both = zip(self._amounts, self.blind(), strict=True)
        return Amounts(*[np.where(mask, one, lot[..., None]).sum(axis=0) for one, lot in both])

    def best_fixed(self, total: Amounts) -> tuple[tuple[int, ...], float, float]:
        """Return the page that brings most rewards by such totals, its rewards and its value."""
        (page,) = self._find_best(total.rewards[None], self._rules.allowed)
        places = (np.arange(len(page)), page)
        rewards, values = total.rewards[places], total.values[places]
        return tuple(page.tolist()), float(rewards.sum()), float(values.sum())

    def _find_best(self, worth: _Array, mask: _Mask | None) -> _Places:
        if self._rules.slots == 1:
            there = worth if mask is None else np.where(mask, worth, -np.inf)
            return np.asarray(there.argmax(axis=2))
        return np.array([self._best_page(page) for page in worth])

    def _best_page(self, worth: _Array) -> _Places:
        """Return the best action for each slot, no action twice."""
        key = worth.tobytes()
        if key not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            allowed = self._rules.allowed
            everywhere = np.ones(worth.shape, np.bool_) if allowed is None else allowed
            self._known[key] = assignment.optimal_assignment(worth, everywhere)
        return self._known[key]


class ExaminedAmounts:
    """Pages whose slots depend on what the others show: every page there is is looked at."""

    def __init__(
        self, block: PageBatch, rules: PageRules, count: int, examination: Examination
    ) -> None:
        self._examination = examination.part(slice(0, count))
        viewed = np.ones(count) if block.viewed is None else block.viewed[:count].astype(float)
        self._seen = viewed[:, None]
        self._worth = _stack([one.expected_values[:count] for one in block.slots])
        self._rewards = _stack([one.rewards[:count] for one in block.slots])
        self._ignored = _stack([one.rewards[:count] for one in block.ignored])
        self._pages = list_pages(rules)

    def of_pages(self, pages: _Places) -> Amounts:
        """Return what these pages bring: where there is no attention, what silence reports."""
        return Amounts(*[one * self._seen for one in self._if_viewed(pages)])

    def engagement(self, pages: _Places) -> _Mask:
        """Return which slots of these pages get attention."""
        return self._examination.engagement(pages)

    def best(self) -> _Places:
        """Return the pages of highest expected value, of those equally good the first."""
        worth = [one.values.sum(axis=1) for one in self._every_page]
        return np.asarray(self._pages[np.argmax(np.round(worth, 12), axis=0)])

    def blind(self) -> Amounts:
        """Return the means over all pages."""
        each = self._every_page
        return Amounts(
            np.mean([one.rewards for one in each], axis=0) * self._seen,
            np.mean([one.values for one in each], axis=0) * self._seen,
        )

    def sum_fixed(self) -> Amounts:
        """Return sums by page."""
        each = self._every_page
        return Amounts(
            np.array([(one.rewards * self._seen).sum() for one in each]),
            np.array([(one.values * self._seen).sum() for one in each]),
        )

    def best_fixed(self, total: Amounts) -> tuple[tuple[int, ...], float, float]:
        """Return the page that brings most rewards by such totals, its rewards and its value."""
        best = int(total.rewards.argmax())
        page = tuple(self._pages[best].tolist())
        return page, float(total.rewards[best]), float(total.values[best])

    @cached_property
    def _every_page(self) -> list[Amounts]:
        """What each page there is brings to those who look at it."""
        shape = (len(self._seen), self._pages.shape[1])
        return [self._if_viewed(np.broadcast_to(page, shape)) for page in self._pages]

    def _if_viewed(self, pages: _Places) -> Amounts:
        engaged = self.engagement(pages)
        rewards = np.where(engaged, _at(self._rewards, pages), _at(self._ignored, pages))
        return Amounts(rewards, self._examination.chance(pages) * _at(self._worth, pages))


PageAmounts = SlotAmounts | ExaminedAmounts
"""What the pages of some visits bring."""


def open_amounts(block: PageBatch, rules: PageRules, count: int, known: BestKnown) -> PageAmounts:
    """Return what the first `count` visits of a block bring with any page."""
    if block.examination is None:
        return SlotAmounts(block, rules, count, known)
    return ExaminedAmounts(block, rules, count, block.examination)


def list_pages(rules: PageRules) -> _Places:
    """Return every page that shows nothing twice, and nothing where it is excluded."""
    everywhere = np.ones((rules.slots, rules.actions), dtype=bool)
    allowed = everywhere if rules.allowed is None else rules.allowed
    pages = np.array(list(permutations(range(rules.actions), rules.slots)), dtype=np.intp)
    return np.asarray(pages[allowed[np.arange(rules.slots), pages].all(axis=1)])


def _stack(by_slot: list[_Array]) -> _Array:
    """Return amounts of shape (visits, slots, actions); those of one slot are not copied."""
    return by_slot[0][:, None] if len(by_slot) == 1 else np.stack(by_slot, axis=1)


def _at(amounts: _Array, pages: _Places) -> _Array:
    visits, slots = pages.shape
    return np.asarray(amounts[np.arange(visits)[:, None], np.arange(slots), pages])
