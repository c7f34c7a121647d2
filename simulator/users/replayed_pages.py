"""Pages of several slots that were recorded, and come again just as they were."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from simulator.model import Interaction, OfferedSlot
from simulator.users.environment import BLOCK, PageBatch, PageRules
from simulator.users.replayed import ReplayEnvironment


class ReplayPages:
    """All pages of a record, whose interactions come slot by slot."""

    def __init__(
        self,
        name: str,
        interactions: Sequence[Interaction],
        design_name: str,
        reward_delay: timedelta | None = None,
    ) -> None:
        """Let the interactions come again; without a `reward_delay` theirs is the longest.

        Raises:
            ValueError: a page has other slots than the first, or not all of them.
        """
        self.slots = _slots(interactions)
        count = len(self.slots)
        each = [interactions[number::count] for number in range(count)]
        if any(
            one.slot != slot for slot, some in zip(self.slots, each, strict=True) for one in some
        ):
            raise ValueError("expected the same slots of each page, one after the other")
        self._each = [ReplayEnvironment(name, some, design_name, reward_delay) for some in each]
        first = self._each[0]
        self.info = replace(first.info, slots=self.slots)
        self.design_name, self.reward_delay = design_name, first.reward_delay
        self._viewed = np.array([one.viewed for one in each[0]], dtype=bool)
        self.viewed_share = float(self._viewed.mean())
        ids = self.info.action_ids
        allowed = np.array([[id_ not in slot.excluded for id_ in ids] for slot in self.slots])
        own = tuple([ids.index(slot.baseline) for slot in self.slots])
        self.page = PageRules(count, len(ids), allowed, own)

    def blocks(self, rounds: int) -> Iterator[PageBatch]:
        """Yield the first `rounds` pages in blocks."""
        together = zip(*(one.blocks(rounds) for one in self._each), strict=True)
        for number, slots in enumerate(together):
            start = number * BLOCK
            count = len(slots[0].visits)
            yield PageBatch(list(slots), self._viewed[start : start + count])


def _slots(interactions: Sequence[Interaction]) -> tuple[OfferedSlot, ...]:
    """Return the slots of the first page."""
    first = interactions[0].event_id
    slots = []
    for one in interactions:
        if one.event_id != first:
            break
        if one.slot is not None:
            slots.append(one.slot)
    if not slots or len(interactions) % len(slots):
        raise ValueError("expected whole pages, a line for each slot")
    return tuple(slots)
