"""How users look at a page: which of its slots they attend to, given what the others show.

Sources: N. Craswell, O. Zoeter, M. Taylor, B. Ramsey, "An experimental comparison of click
position-bias models" (WSDM 2008); A. Chuklin, I. Markov, M. de Rijke, "Click Models for Web
Search" (2015); D. McFadden, "Conditional logit analysis of qualitative choice behavior" (1974).
"""

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float64]
_Mask = NDArray[np.bool_]
_Places = NDArray[np.intp]
_ALMOST_SURE = 1 - 1e-9


class Examination(Protocol):
    """Says, for pages with an action in each slot, which slots get the users' attention.

    Pages are indices of actions with the shape (visits, slots).
    """

    def engagement(self, pages: _Places) -> _Mask:
        """Return which slots of these pages the visitors attend to; shape (visits, slots)."""

    def chance(self, pages: _Places) -> _Array:
        """Return how likely that is, before anything is drawn; shape (visits, slots)."""

    def part(self, visits: slice) -> Self:
        """Return that of some of the visits."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """From the top down, until something is clicked or the visitor looks no further.

    All arrays but ``attention`` have the shape (visits, slots, actions): whether the action would
    be clicked, how likely that is, and whether the visitor goes on to look there, which happens
    with the chance in ``attention``; shape (slots, actions).
    """

    clicks: _Mask
    click_chances: _Array
    looks: _Mask
    attention: _Array

    def engagement(self, pages: _Places) -> _Mask:
        """Return which slots are reached: those above were looked at, and none was clicked."""
        looks = _at(self.looks, pages).astype(bool)
        passed = ~_at(self.clicks, pages).astype(bool)
        found = np.zeros(pages.shape, dtype=bool)
        goes_on = np.ones(len(pages), dtype=bool)
        for slot in range(pages.shape[1]):
            found[:, slot] = goes_on & looks[:, slot]
            goes_on = found[:, slot] & passed[:, slot]
        return found

    def chance(self, pages: _Places) -> _Array:
        """Return the chance to be reached: the product of what has to happen above."""
        attention = self.attention[np.arange(pages.shape[1]), pages]
        passed = 1.0 - _at(self.click_chances, pages)
        above = np.concatenate([np.ones((len(pages), 1)), passed[:, :-1]], axis=1)
        chances: _Array = np.cumprod(attention * above, axis=1)
        return chances

    def part(self, visits: slice) -> "Cascade":
        """Return that of some of the visits."""
        return replace(
            self,
            clicks=self.clicks[visits],
            click_chances=self.click_chances[visits],
            looks=self.looks[visits],
        )


@dataclass(frozen=True, slots=True)
class LogitChoice:
    """One slot at most is clicked, or none, by a multinomial logit.

    ``odds`` are those of a click if the slot stood alone, where not to click has the weight 1, with
    the shape (visits, slots, actions). ``draws`` in [0, 1) say which slot it is; shape (visits,).
    """

    odds: _Array
    draws: _Array

    def engagement(self, pages: _Places) -> _Mask:
        """Return which slot is clicked, if any is."""
        ends = np.cumsum(self.chance(pages), axis=1)
        starts = np.concatenate([np.zeros((len(pages), 1)), ends[:, :-1]], axis=1)
        draws = self.draws[:, None]
        return np.asarray((starts <= draws) & (draws < ends))

    def chance(self, pages: _Places) -> _Array:
        """Return the chance of each slot to be the one."""
        odds = _at(self.odds, pages)
        chances: _Array = odds / (1.0 + odds.sum(axis=1, keepdims=True))
        return chances

    def part(self, visits: slice) -> "LogitChoice":
        """Return that of some of the visits."""
        return LogitChoice(self.odds[visits], self.draws[visits])


def click_odds(chances: _Array, attention: _Array) -> _Array:
    """Return the odds of a click by its chance alone, less where there is less attention."""
    sure = np.minimum(chances, _ALMOST_SURE)
    odds: _Array = attention * sure / (1.0 - sure)
    return odds


def _at(amounts: _Array | _Mask, pages: _Places) -> _Array:
    visits, slots = pages.shape
    return np.asarray(amounts[np.arange(visits)[:, None], np.arange(slots), pages], np.float64)
