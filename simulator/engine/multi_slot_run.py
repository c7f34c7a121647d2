"""One run with slots: users open a page, the personalizer fills it, each place is rewarded."""

from collections.abc import Callable

import numpy as np

from simulator.engine.early_stop import stop_gracefully
from simulator.engine.interactions import InteractionEmitter
from simulator.engine.pending import Pending
from simulator.engine.run import Listeners, RunPlan, run
from simulator.engine.tally import Tally
from simulator.engine.timeline import Timeline
from simulator.model import FilledPage, slot_event
from simulator.personalizer.protocols import AnyPersonalizer, PagePersonalizer
from simulator.users.any_environment import AnyEnvironment, PageEnvironment
from simulator.users.environment import PageBatch


def play(
    environment: AnyEnvironment,
    personalizer: AnyPersonalizer,
    *,
    plan: RunPlan,
    listeners: Listeners,
    timeline: Timeline,
) -> Tally:
    """Let users come as planned, to single actions or to pages, and return what came of it.

    A page that not every visit shows is ranked deferred: it is activated and rewarded when it
    is seen. The watcher is told of each slot by itself. Late rewards, interrupts and failing
    endpoints are as in `simulator.engine.run`.

    Raises:
        EndpointProblem: the endpoint fails before anything was measured.
    """
    if not isinstance(environment, PageEnvironment):
        return run(environment, personalizer, plan=plan, listeners=listeners, timeline=timeline)
    tally = Tally(environment.page, keeps_contexts=plan.keeps_contexts)
    pending = Pending(personalizer, timeline)
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
        environment: PageEnvironment,
        personalizer: PagePersonalizer,
        pending: Pending,
        tally: Tally,
        listeners: Listeners,
    ) -> None:
        self._slots, self._deferred = environment.slots, environment.viewed_share < 1
        self._personalizer, self._pending = personalizer, pending
        self._tally, self._watcher = tally, listeners.watcher

    def play(self, block: PageBatch, run_id: str) -> int:
        """Let the visits of a block happen, one after the other; return how many."""
        chosen: list[tuple[int, ...]] = []
        favoured: list[tuple[int, ...]] = []
        personalizer, pending = self._personalizer, self._pending
        senders = [pending.begin(one) for one in block.slots]
        silent = [pending.begin(one) for one in block.ignored]
        visits = block.slots[0].visits
        seen = [True] * len(visits) if block.viewed is None else block.viewed.tolist()
        emit = self._emitter(block)
        try:
            for row, visit in enumerate(visits):
                event_id = f"{run_id}-{visit.number}"
                if pending.waiting:
                    pending.deliver(visit)
                page = personalizer.fill(visit, self._slots, event_id, deferred=self._deferred)
                if self._deferred and seen[row]:
                    personalizer.activate(event_id, visit.offset)
                if seen[row]:
                    engaged = _engagement(block, row, page)
                    for number, (slot, shown) in enumerate(
                        zip(self._slots, page.shown, strict=True)
                    ):
                        send = senders[number] if engaged[number] else silent[number]
                        send(row, shown, visit, slot_event(event_id, slot.id))
                chosen.append(page.shown)
                favoured.append(page.favoured)
                emit(event_id, row, page, seen[row])
        finally:
            self._tally.add(block, chosen, favoured)
        return len(chosen)

    def _emitter(self, block: PageBatch) -> Callable[[str, int, FilledPage, bool], None]:
        """Return what tells the watcher of a page, slot by slot; of nothing without a watcher."""
        watcher = self._watcher
        if watcher is None:
            return lambda *_: None
        slots = self._slots
        emitters, silent = (
            [InteractionEmitter(one, watcher, slot) for one, slot in zip(some, slots, strict=False)]
            for some in (block.slots, block.ignored)
        )

        def emit(event_id: str, row: int, page: FilledPage, viewed: bool) -> None:  # noqa: FBT001 (called by place)
            engaged = _engagement(block, row, page)
            for number, shown in enumerate(page.shown):
                emitter = emitters[number] if engaged[number] else silent[number]
                emitter.emit(event_id, row, shown, page.ranking(number), viewed=viewed)

        return emit


def _engagement(block: PageBatch, row: int, page: FilledPage) -> list[bool]:
    """Return which slots of a page its visitor attends to."""
    if block.examination is None:
        return [True] * len(page.shown)
    found = block.examination.part(slice(row, row + 1)).engagement(np.array([page.shown]))
    flags: list[bool] = found[0].tolist()
    return flags
