"""Logged decisions in columns: what every estimate is made of."""

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mock_service.dsjson.event import (
    LoggedDecision,
    LoggedEvent,
    LoggedMultiSlot,
    NotAnEvent,
    slot_decision,
)
from mock_service.dsjson.learning_modes import to_shown
from mock_service.loop.slots import read_slot

Column = NDArray[np.float64]
_Event = TypeVar("_Event", bound=LoggedEvent)


@dataclass(frozen=True, slots=True)
class LoggedData:
    """Decisions that can be judged by, in the order they were made; columns have one row each.

    ``shares`` is 1 divided by the chance that an event like this one stayed in the log: how many
    decisions it stands for. ``unusable`` counts events left out: without a label or a
    propensity in [1e-9, 1], nothing can be said about what another policy would have done.
    ``skipped`` counts those that were deferred and never activated.
    """

    events: Sequence[LoggedDecision]
    rewards: Column
    propensities: Column
    shares: Column
    unusable: int = 0
    skipped: int = 0

    def __len__(self) -> int:
        return len(self.events)

    @property
    def max_actions(self) -> int:
        """How many actions the widest choice had."""
        return max((event.action_count for event in self.events), default=0)

    @property
    def chosen(self) -> NDArray[np.intp]:
        """The index of each logged choice among its decision's actions."""
        return np.array([event.chosen for event in self.events], dtype=np.intp)

    def of_chosen(self, table: Column) -> Column:
        """Return what a table of shape (decisions, actions) holds for the logged choices."""
        column: Column = table[np.arange(len(self)), self.chosen]
        return column

    def rows(self, start: int, end: int) -> "LoggedData":
        """Return the decisions from `start` up to `end`."""
        return LoggedData(
            self.events[start:end],
            self.rewards[start:end],
            self.propensities[start:end],
            self.shares[start:end],
        )


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Let the garbage collector rest: it would look through all decisions again and again.

    There are no circles among them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_without_garbage_collection()
def collect(events: Iterable[LoggedDecision | LoggedMultiSlot]) -> LoggedData:
    """Put events into columns; multi-slot ones are judged by their first slot."""
    kept: list[LoggedDecision] = []
    unusable = skipped = 0
    for event in events:
        if event.skip_learn:
            skipped += 1
            continue
        try:
            decision = slot_decision(event) if isinstance(event, LoggedMultiSlot) else event
        except NotAnEvent:
            unusable += 1
            continue
        if has_known_propensity(decision.propensity):
            kept.append(decision)
        else:
            unusable += 1
    kept = to_shown(in_order_of_time(kept))
    return LoggedData(
        kept,
        np.array([event.reward for event in kept], dtype=np.float64),
        np.array([event.propensity for event in kept], dtype=np.float64),
        np.array([1 / (1 - event.drop_probability) for event in kept], dtype=np.float64),
        unusable,
        skipped,
    )


def first_slots(events: Iterable[LoggedDecision]) -> Iterator[LoggedDecision]:
    """Yield single-slot events as they are, and of multi-slot ones their first slot.

    The slot's features then are features of the context.
    """
    for event in events:
        slot = read_slot(event.event_id, event.context)
        if slot is None:
            yield event
        elif slot.number == 0:
            yield replace(event, context=json.dumps([*slot.context, *slot.features]))


_SMALLEST_PROPENSITY = 1e-9
"""Fewer than one decision in the longest of logs: weights beyond its inverse say nothing."""
_LARGEST_PROPENSITY = 1.0 + 1e-6  # single precision may go a little over 1


def has_known_propensity(propensity: float) -> bool:
    """Return whether a probability is one that another policy's can be divided by."""
    return _SMALLEST_PROPENSITY <= propensity <= _LARGEST_PROPENSITY


def in_order_of_time(events: list[_Event]) -> list[_Event]:
    """Return events by time; those of a log that keeps no time stay as they are."""
    times = [event.at for event in events if event.at is not None]
    if len(times) < len(events):
        return events
    return [events[index] for index in sorted(range(len(events)), key=times.__getitem__)]
