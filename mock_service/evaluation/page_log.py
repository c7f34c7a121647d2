"""Multi-slot events as rows, one a slot: what estimates about whole pages are made of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot, slot_decision
from mock_service.evaluation.logged_data import (
    Column,
    LoggedData,
    collect,
    has_known_propensity,
    in_order_of_time,
)

Event = LoggedDecision | LoggedMultiSlot


@dataclass(frozen=True, slots=True)
class PageLog:
    """Pages of which every slot is labelled, in the order they were made.

    ``logged`` has a row a slot, page by page; ``numbers`` counts the slots of each page from 0, and
    ``has_baseline`` says where the slot's own baseline was still to be had. ``left_out`` counts the
    pages of which something is not known.
    """

    logged: LoggedData
    numbers: NDArray[np.intp]
    has_baseline: NDArray[np.bool_]
    left_out: int = 0

    @property
    def pages(self) -> NDArray[np.intp]:
        """Which page each row belongs to, from 0."""
        return np.cumsum(self.numbers == 0) - 1

    def spread(self, column: Column, missing: float = 0.0) -> Column:
        """Return a column as a table of shape (pages, slots); `missing` where there is no slot."""
        pages = self.pages
        shape = (int(pages[-1]) + 1 if len(pages) else 0, int(self.numbers.max(initial=-1)) + 1)
        table = np.full(shape, missing)
        table[pages, self.numbers] = column
        return table


def collect_with_pages(events: Iterable[Event]) -> tuple[LoggedData, PageLog | None]:
    """Put events into columns, by the first slot of each, and multi-slot ones into rows as well."""
    pages: list[LoggedMultiSlot] = []
    logged = collect(_keep_pages(events, pages))
    return logged, collect_pages(pages)


def _keep_pages(events: Iterable[Event], pages: list[LoggedMultiSlot]) -> Iterator[Event]:
    """Pass events on, and add to `pages` those of several slots that are to be judged by."""
    for event in events:
        if isinstance(event, LoggedMultiSlot) and not event.skip_learn:
            pages.append(event)
        yield event


def collect_pages(pages: Sequence[LoggedMultiSlot]) -> PageLog | None:
    """Put multi-slot events into rows; None if there is none with a label for each of its slots."""
    known = in_order_of_time([page for page in pages if _is_known(page)])
    if not known:
        return None
    rows = [(page, number) for page in known for number in range(len(page.slots))]
    return PageLog(
        collect(slot_decision(page, number) for page, number in rows),
        np.array([number for _, number in rows], dtype=np.intp),
        np.array([_has_baseline(page, number) for page, number in rows]),
        len(pages) - len(known),
    )


def _is_known(page: LoggedMultiSlot) -> bool:
    return all(
        slot.cost is not None and has_known_propensity(slot.probabilities[0]) for slot in page.slots
    )


def _has_baseline(page: LoggedMultiSlot, number: int) -> bool:
    """Return whether an earlier slot has left the baseline of a slot, where the log names one."""
    if number >= len(page.baselines):
        return not page.baselines
    return page.baselines[number] not in {slot.order[0] for slot in page.slots[:number]}
