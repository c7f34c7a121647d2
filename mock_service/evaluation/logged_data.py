"""Logged decisions in columns: what every estimate is made of."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot, NotAnEvent, first_slot
from mock_service.dsjson.learning_modes import to_shown
from mock_service.loop.slots import read_slot

Column = NDArray[np.float64]


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
        return max((len(event.actions) for event in self.events), default=0)

    def of_chosen(self, table: Column) -> Column:
        """Return what a table of shape (decisions, actions) holds for the logged choices."""
        chosen = np.array([event.chosen for event in self.events], dtype=np.intp)
        column: Column = table[np.arange(len(chosen)), chosen]
        return column

    def rows(self, start: int, end: int) -> "LoggedData":
        """Return the decisions from `start` up to `end`."""
        return LoggedData(
            self.events[start:end],
            self.rewards[start:end],
            self.propensities[start:end],
            self.shares[start:end],
        )


def collect(events: Iterable[LoggedDecision | LoggedMultiSlot]) -> LoggedData:
    """Put events into columns; multi-slot ones are judged by their first slot."""
    kept: list[LoggedDecision] = []
    unusable = skipped = 0
    for event in events:
        if event.skip_learn:
            skipped += 1
            continue
        try:
            decision = first_slot(event) if isinstance(event, LoggedMultiSlot) else event
        except NotAnEvent:
            unusable += 1
            continue
        if _SMALLEST_PROPENSITY <= decision.propensity <= _LARGEST_PROPENSITY:
            kept.append(decision)
        else:
            unusable += 1
    kept = to_shown(_in_order(kept))
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


def _in_order(events: list[LoggedDecision]) -> list[LoggedDecision]:
    """Return events by time; those of a log that keeps no time stay as they are."""
    times = [event.at for event in events if event.at is not None]
    if len(times) < len(events):
        return events
    return [events[index] for index in sorted(range(len(events)), key=times.__getitem__)]
