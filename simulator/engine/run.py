"""One run: users come, the personalizer chooses for them, they react, and the reward goes back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from simulator.engine.pending import Pending
from simulator.engine.tally import Tally
from simulator.personalizer.seam import Personalizer
from simulator.users.crowd import Block, Crowd
from simulator.vocabulary import Interaction, Recommendation


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who hears of a run while it goes on.

    ``progress`` is told how many more rounds are done, and ``watcher`` sees every interaction.
    """

    progress: Callable[[int], None] = lambda _: None
    watcher: Callable[[Interaction], None] | None = None


def run(
    crowd: Crowd, personalizer: Personalizer, *, rounds: int, run_id: str, listeners: Listeners
) -> Tally:
    """Let `rounds` users come, and return what came of it.

    Event ids are `run_id` and the number of the visit. Rewards that come late arrive between the
    visits that follow. An interrupt from the keyboard ends the run early, and what was measured
    until then is kept.
    """
    tally, pending = Tally(crowd.action_count), Pending(personalizer)
    course = _Run(personalizer, pending, tally, run_id, listeners)
    try:
        for block in crowd.blocks(rounds):
            course.play(block)
        pending.deliver(until=timedelta.max)
    except KeyboardInterrupt:
        pass
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
        watcher = self.listeners.watcher
        self.pending.begin(block)
        try:
            for row, visit in enumerate(block.visits):
                event_id = f"{self.run_id}-{visit.number}"
                self.pending.deliver(until=visit.moment)
                recommendation = self.personalizer.rank(visit, event_id)
                shown = recommendation.order[0]
                self.pending.send(row, shown, visit, event_id)
                chosen.append(shown)
                favoured.append(recommendation.favourite())
                if watcher is not None:
                    watcher(_interaction(event_id, block, row, recommendation))
        finally:
            self.tally.add(block, chosen, favoured)
        self.listeners.progress(len(chosen))


def _interaction(
    event_id: str, block: Block, row: int, recommendation: Recommendation
) -> Interaction:
    place = (row, recommendation.order[0])
    return Interaction(
        event_id,
        block.visits[row],
        recommendation,
        {name: float(deed.amounts[place]) for name, deed in block.outcomes.items()},
        float(block.rewards[place]),
        float(block.values[place]),
    )
