"""One run: users come, the personalizer chooses for them, they react, and the reward goes back."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.engine.early_stop import stop_gracefully
from simulator.engine.interactions import InteractionEmitter
from simulator.engine.pending import Pending
from simulator.engine.tally import Tally
from simulator.engine.timeline import Timeline
from simulator.model import Interaction
from simulator.personalizer.protocols import Personalizer
from simulator.users.environment import Environment, PageBatch, PageRules, VisitBatch


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who hears of a run while it goes on.

    ``progress`` is told how many more rounds are done, and ``watcher`` sees every interaction.
    """

    progress: Callable[[int], None] = lambda _: None
    watcher: Callable[[Interaction], None] | None = None


@dataclass(frozen=True, slots=True)
class RunPlan:
    """How many users come; event ids are ``run_id`` and the number of the visit.

    ``keeps_contexts`` lets the tally keep what each visit's context was.
    """

    rounds: int
    run_id: str
    keeps_contexts: bool = False


def run(
    environment: Environment,
    personalizer: Personalizer,
    *,
    plan: RunPlan,
    listeners: Listeners,
    timeline: Timeline,
) -> Tally:
    """Let users come as planned, and return what came of it.

    Rewards that come late arrive between the visits that follow. An interrupt from the keyboard or
    an endpoint that fails ends the run early, and what was measured until then is kept.

    Raises:
        EndpointProblem: the endpoint fails before anything was measured.
    """
    page = PageRules(1, environment.action_count)
    tally = Tally(page, keeps_contexts=plan.keeps_contexts)
    pending = Pending(personalizer, timeline)
    course = _Run(personalizer, pending, tally, plan.run_id, listeners)
    with stop_gracefully(tally, pending):
        for block in environment.blocks(plan.rounds):
            course.play(block)
        pending.deliver_all()
    return tally


@dataclass(frozen=True, slots=True)
class _Run:
    """Who takes part in a run."""

    personalizer: Personalizer
    pending: Pending
    tally: Tally
    run_id: str
    listeners: Listeners

    def play(self, block: VisitBatch) -> None:
        """Let the visits of a block happen, one after the other."""
        chosen: list[int] = []
        favoured: list[int] = []
        rank, pending = self.personalizer.rank, self.pending
        send = pending.begin(block)
        watcher = self.listeners.watcher
        emitter = InteractionEmitter(block, watcher) if watcher is not None else None
        indices = block.offer.indices if block.offer else None
        try:
            for row, visit in enumerate(block.visits):
                event_id = f"{self.run_id}-{visit.number}"
                if pending.waiting:
                    pending.deliver(visit)
                recommendation = rank(visit, event_id)
                shown, favourite = recommendation.order[0], recommendation.greedy_action()
                if indices is not None:
                    shown = indices[row][shown]
                    favourite = indices[row][favourite] if favourite >= 0 else favourite
                send(row, shown, visit, event_id)
                chosen.append(shown)
                favoured.append(favourite)
                if emitter is not None:
                    emitter.emit(event_id, row, shown, recommendation)
        finally:
            self.tally.add(PageBatch([block]), chosen, favoured)
        self.listeners.progress(len(chosen))
