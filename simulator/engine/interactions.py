"""What happened at each visit of a block, and what would have: for those who watch a run."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from numpy.typing import NDArray

from simulator.model import Interaction, OfferedSlot, PotentialOutcomes, Recommendation
from simulator.users.environment import VisitBatch

_Arrivals = tuple[tuple[timedelta, float], ...]


class InteractionEmitter:
    """Emits the interactions of one block; its arrays are unpacked once."""

    def __init__(
        self,
        block: VisitBatch,
        watcher: Callable[[Interaction], None],
        slot: OfferedSlot | None = None,
    ) -> None:
        """Tell `watcher` of the visits of a block, to a page's `slot` if it is of one."""
        self._watcher, self._slot = watcher, slot
        feedback = block.feedback
        self._visits = block.visits
        self._all = tuple(range(block.rewards.shape[1]))
        self._indices = block.offer.indices if block.offer else None
        self._outcomes = {name: _rows(draws.amounts) for name, draws in block.outcomes.items()}
        self._rewards, self._values = _rows(block.rewards), _rows(block.values)
        self._expected = _rows(block.expected_values)
        self._lost = _rows(feedback.lost) if feedback else None
        self._repeated = _rows(feedback.duplicated) if feedback else None
        self._arrivals = [
            (_rows(a.arrives), _rows(a.offsets.astype("timedelta64[us]")), _rows(a.values))
            for a in (feedback.arrivals if feedback else [])
        ]

    def emit(
        self,
        event_id: str,
        row: int,
        shown: int,
        recommendation: Recommendation,
        *,
        viewed: bool = True,
    ) -> None:
        """Tell the interaction of the `row`-th visit, which saw action `shown` if it looked."""
        self._watcher(
            Interaction(
                event_id,
                self._visits[row],
                recommendation,
                {name: rows[row][shown] * viewed for name, rows in self._outcomes.items()},
                self._rewards[row][shown] * viewed,
                self._values[row][shown] * viewed,
                self._truth(row),
                self._slot,
                viewed,
            )
        )

    def _truth(self, row: int) -> PotentialOutcomes:
        offered = self._indices[row] if self._indices else self._all

        def of(rows: list[list[Any]]) -> tuple[Any, ...]:
            metrics = rows[row]
            return tuple([metrics[action] for action in offered])

        nothing = (0,) * len(offered)
        return PotentialOutcomes(
            of(self._expected),
            of(self._values),
            of(self._rewards),
            {name: of(rows) for name, rows in self._outcomes.items()},
            tuple([self._list_arrivals(row, action) for action in offered]),
            of(self._lost) if self._lost is not None else nothing,
            of(self._repeated) if self._repeated is not None else nothing,
        )

    def _list_arrivals(self, row: int, action: int) -> _Arrivals:
        if self._lost is None:
            return ((timedelta(), self._rewards[row][action]),)
        return tuple(
            [
                (offsets[row][action], values[row][action])
                for arrives, offsets, values in self._arrivals
                if arrives[row][action]
            ]
        )


def _rows(array: NDArray[Any]) -> list[list[Any]]:
    rows: list[list[Any]] = array.tolist()
    return rows
