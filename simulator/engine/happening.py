"""What happened at one visit, and what would have happened: for those who watch a run."""

from datetime import timedelta

from simulator.users.behaviour import Amounts
from simulator.users.crowd import Block
from simulator.vocabulary import Interaction, Recommendation, Truth

_Arrivals = tuple[tuple[timedelta, float], ...]


def interaction(
    event_id: str, block: Block, place: tuple[int, int], recommendation: Recommendation
) -> Interaction:
    """Return the interaction at `place` of a block: its row, and the action that was shown."""
    row, _ = place
    offered = block.offer.places[row] if block.offer else tuple(range(block.rewards.shape[1]))
    return Interaction(
        event_id,
        block.visits[row],
        recommendation,
        {name: float(deed.amounts[place]) for name, deed in block.outcomes.items()},
        float(block.rewards[place]),
        float(block.values[place]),
        _truth(block, row, offered),
    )


def _truth(block: Block, row: int, offered: tuple[int, ...]) -> Truth:
    def of(figures: Amounts) -> tuple[float, ...]:
        return tuple(figures[row, list(offered)].tolist())

    feedback = block.feedback
    nothing = (0,) * len(offered)
    return Truth(
        of(block.expected_values),
        of(block.values),
        of(block.rewards),
        {name: of(deed.amounts) for name, deed in block.outcomes.items()},
        tuple(_arrivals(block, row, action) for action in offered),
        tuple(feedback.lost[row, list(offered)].tolist()) if feedback else nothing,
        tuple(feedback.duplicated[row, list(offered)].tolist()) if feedback else nothing,
    )


def _arrivals(block: Block, row: int, action: int) -> _Arrivals:
    if block.feedback is None:
        return ((timedelta(), float(block.rewards[row, action])),)
    return tuple(
        (
            timedelta(microseconds=int(arrival.moments[row, action])),
            float(arrival.values[row, action]),
        )
        for arrival in block.feedback.arrivals
        if arrival.arrives[row, action]
    )
