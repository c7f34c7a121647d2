"""One run: users come, the personalizer chooses for them, they react, and the reward goes back."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.engine.pending import Pending
from simulator.engine.tally import Tally
from simulator.engine.timeline import Timeline
from simulator.errors import EndpointProblem
from simulator.personalizer.seam import Personalizer
from simulator.users.crowd import Block, Crowd
from simulator.vocabulary import Interaction, Recommendation

INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who hears of a run while it goes on.

    ``progress`` is told how many more rounds are done, and ``watcher`` sees every interaction.
    """

    progress: Callable[[int], None] = lambda _: None
    watcher: Callable[[Interaction], None] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How many users come; event ids are ``run_id`` and the number of the visit."""

    rounds: int
    run_id: str


def run(
    crowd: Crowd,
    personalizer: Personalizer,
    *,
    plan: Plan,
    listeners: Listeners,
    timeline: Timeline,
) -> Tally:
    """Let users come as planned, and return what came of it.

    Rewards that come late arrive between the visits that follow. An interrupt from the keyboard or
    an endpoint that fails ends the run early, and what was measured until then is kept.

    Raises:
        EndpointProblem: the endpoint fails before anything was measured.
    """
    tally, pending = Tally(crowd.action_count), Pending(personalizer, timeline)
    course = _Run(personalizer, pending, tally, plan.run_id, listeners)
    try:
        for block in crowd.blocks(plan.rounds):
            course.play(block)
        pending.deliver_all()
    except KeyboardInterrupt:
        tally.trouble = INTERRUPTED
    except EndpointProblem as problem:
        if not tally.rounds:
            raise
        tally.trouble = str(problem)
    tally.unsent = len(pending.waiting)
    return tally


@dataclass(frozen=True, slots=True)
class _Run:
    """Who takes part in a run."""

    personalizer: Personalizer
    pending: Pending
    tally: Tally
    run_id: str
    listeners: Listeners

    def play(self, block: Block) -> None:
        """Let the visits of a block happen, one after the other."""
        chosen: list[int] = []
        favoured: list[int] = []
        rank, watcher, pending = self.personalizer.rank, self.listeners.watcher, self.pending
        send = pending.begin(block)
        places = block.offer.places if block.offer else None
        try:
            for row, visit in enumerate(block.visits):
                event_id = f"{self.run_id}-{visit.number}"
                if pending.waiting:
                    pending.deliver(visit)
                recommendation = rank(visit, event_id)
                shown, favourite = recommendation.order[0], recommendation.favourite()
                if places is not None:
                    shown = places[row][shown]
                    favourite = places[row][favourite] if favourite >= 0 else favourite
                send(row, shown, visit, event_id)
                chosen.append(shown)
                favoured.append(favourite)
                if watcher is not None:
                    watcher(_interaction(event_id, block, (row, shown), recommendation))
        finally:
            self.tally.add(block, chosen, favoured)
        self.listeners.progress(len(chosen))


def _interaction(
    event_id: str, block: Block, place: tuple[int, int], recommendation: Recommendation
) -> Interaction:
    return Interaction(
        event_id,
        block.visits[place[0]],
        recommendation,
        {name: float(deed.amounts[place]) for name, deed in block.outcomes.items()},
        float(block.rewards[place]),
        float(block.values[place]),
    )
