"""One run: users come, the personalizer chooses for them, they react, and the reward goes back."""

from collections.abc import Callable
from dataclasses import dataclass

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

    Event ids are `run_id` and the number of the visit. An interrupt from the keyboard ends the run
    early, and what was measured until then is kept.
    """
    tally = Tally(crowd.action_count)
    try:
        for block in crowd.blocks(rounds):
            _run_block(block, personalizer, tally, run_id, listeners)
    except KeyboardInterrupt:
        pass
    return tally


def _run_block(
    block: Block, personalizer: Personalizer, tally: Tally, run_id: str, listeners: Listeners
) -> None:
    chosen: list[int] = []
    favoured: list[int] = []
    watcher = listeners.watcher
    try:
        for visit, rewards in zip(block.visits, block.rewards.tolist(), strict=True):
            event_id = f"{run_id}-{visit.number}"
            recommendation = personalizer.rank(visit, event_id)
            shown = recommendation.order[0]
            personalizer.reward(event_id, rewards[shown])
            chosen.append(shown)
            favoured.append(recommendation.favourite())
            if watcher is not None:
                watcher(_interaction(event_id, block, len(chosen) - 1, recommendation))
    finally:
        tally.add(block, chosen, favoured)
    listeners.progress(len(chosen))


def _interaction(
    event_id: str, block: Block, row: int, recommendation: Recommendation
) -> Interaction:
    place = (row, recommendation.order[0])
    return Interaction(
        event_id,
        block.visits[row],
        recommendation,
        {name: float(array[place]) for name, array in block.outcomes.items()},
        float(block.rewards[place]),
        float(block.values[place]),
    )
