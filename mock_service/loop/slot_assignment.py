"""Which actions a slot may get, so that every slot after it still gets one.

The baselines are one way to fill all slots. From there on, an action may go to a slot when the
slots that follow can be filled without it.
"""

from collections.abc import Iterator, Sequence


class SlotAssignment:
    """The actions that are still to be had while slots are filled one after the other.

    Slots and actions are numbers. ``allowed`` holds the actions each slot may get; ``baselines``
    holds one of them for each slot, no two the same.
    """

    def __init__(self, allowed: Sequence[Sequence[int]], baselines: Sequence[int]) -> None:
        self._allowed = allowed
        self._plan = {action: slot for slot, action in enumerate(baselines)}
        self._taken: set[int] = set()

    def eligible(self, slot: int) -> tuple[int, ...]:
        """Return the actions that may go to `slot`, the next to be filled."""
        return tuple(self._eligible(slot))

    def take(self, slot: int, action: int) -> None:
        """Give `action`, which is eligible, to `slot`."""
        self._plan = self._plan_with(slot, action) or self._plan
        self._plan.pop(action, None)
        self._taken.add(action)

    def _eligible(self, slot: int) -> Iterator[int]:
        for action in self._allowed[slot]:
            if action not in self._taken and self._plan_with(slot, action) is not None:
                yield action

    def _plan_with(self, slot: int, action: int) -> dict[int, int] | None:
        """Return a plan, from action to slot, in which `slot` has `action`; None without one."""
        plan = {act: holder for act, holder in self._plan.items() if holder != slot}
        displaced = plan.get(action)
        plan[action] = slot
        if displaced is None or self._index(displaced, plan, {action} | self._taken):
            return plan
        return None

    def _index(self, slot: int, plan: dict[int, int], closed: set[int]) -> bool:
        """Find an action for `slot` that is not `closed`, moving other slots along if need be."""
        for action in self._allowed[slot]:
            if action in closed:
                continue
            closed.add(action)
            holder = plan.get(action)
            if holder is None or self._index(holder, plan, closed):
                plan[action] = slot
                return True
        return False
