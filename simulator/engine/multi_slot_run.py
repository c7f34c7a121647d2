"""One run with slots: users open a page, the personalizer fills it, each place is rewarded."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.engine.early_stop import stop_gracefully
from simulator.engine.multi_slot_tally import MultiSlotTally
from simulator.engine.pending import Pending
from simulator.engine.run import RunPlan
from simulator.engine.timeline import Timeline
from simulator.model import slot_event
from simulator.personalizer.protocols import PagePersonalizer
from simulator.users.multi_slot import MultiSlotEnvironment, PageBatch


@dataclass(frozen=True, slots=True)
class PageListeners:
    """Who hears of a run while it goes on.

    ``progress`` is told how many more rounds are done, and ``watcher`` sees every event's id and
    the indices of the actions it showed, in the order of the slots.
    """

    progress: Callable[[int], None] = lambda _: None
    watcher: Callable[[str, tuple[int, ...]], None] = lambda _, __: None


def run_pages(
    environment: MultiSlotEnvironment,
    personalizer: PagePersonalizer,
    *,
    plan: RunPlan,
    listeners: PageListeners,
    timeline: Timeline,
) -> MultiSlotTally:
    """Let users come as planned, and return what came of it.

    A page that not every visit shows is ranked deferred: it is activated and rewarded when it
    is seen. Late rewards, interrupts and failing endpoints are as in `simulator.engine.run`.

    Raises:
        EndpointProblem: the endpoint fails before anything was measured.
    """
    tally, pending = MultiSlotTally(environment), Pending(personalizer, timeline)
    course = _MultiSlotRun(environment, personalizer, pending, tally, listeners)
    with stop_gracefully(tally, pending):
        for block in environment.blocks(plan.rounds):
            listeners.progress(course.play(block, plan.run_id))
        pending.deliver_all()
    return tally


class _MultiSlotRun:
    """Who takes part in a run."""

    def __init__(
        self,
        environment: MultiSlotEnvironment,
        personalizer: PagePersonalizer,
        pending: Pending,
        tally: MultiSlotTally,
        listeners: PageListeners,
    ) -> None:
        self._slots, self._deferred = environment.slots, environment.viewed_share < 1
        self._personalizer, self._pending = personalizer, pending
        self._tally, self._watcher = tally, listeners.watcher

    def play(self, block: PageBatch, run_id: str) -> int:
        """Let the visits of a block happen, one after the other; return how many."""
        chosen: list[tuple[int, ...]] = []
        personalizer, pending = self._personalizer, self._pending
        senders = [pending.begin(one) for one in block.slots]
        seen = block.viewed.tolist()
        try:
            for row, visit in enumerate(block.slots[0].visits):
                event_id = f"{run_id}-{visit.number}"
                if pending.waiting:
                    pending.deliver(visit)
                page = personalizer.fill(visit, self._slots, event_id, deferred=self._deferred)
                if self._deferred and seen[row]:
                    personalizer.activate(event_id, visit.offset)
                if seen[row]:
                    for slot, send, shown in zip(self._slots, senders, page, strict=True):
                        send(row, shown, visit, slot_event(event_id, slot.id))
                chosen.append(page)
                self._watcher(event_id, page)
        finally:
            self._tally.add(block, chosen)
        return len(chosen)
