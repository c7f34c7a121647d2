"""Visits that were recorded, and come again just as they were."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from simulator.model import (
    Interaction,
    OfferedAction,
    OfferedSlot,
    PotentialOutcomes,
    Visit,
)
from simulator.users.availability import AvailableActions
from simulator.users.behaviour import OutcomeDraws, Outcomes
from simulator.users.delays import microseconds
from simulator.users.delivery import Deliveries, Delivery
from simulator.users.environment import BLOCK, VisitBatch


@dataclass(frozen=True, slots=True)
class RecordedCast:
    """Who takes part in a record, in order of appearance."""

    name: str
    profiles: list[str]
    action_ids: list[str]
    slots: Sequence[OfferedSlot] = ()


class ReplayEnvironment:
    """All visits of a record; the potential outcomes of every action were recorded, too."""

    def __init__(
        self,
        name: str,
        interactions: Sequence[Interaction],
        design_name: str,
        reward_delay: timedelta | None = None,
    ) -> None:
        """Let the interactions come again; without a `reward_delay` theirs is the longest."""
        visits = [interaction.visit for interaction in interactions]
        ids = dict.fromkeys(action.id for visit in visits for action in visit.actions)
        self.info = RecordedCast(name, list(dict.fromkeys(v.profile for v in visits)), list(ids))
        self.design_name = design_name
        self._interactions = interactions
        self._indices = {id_: index for index, id_ in enumerate(ids)}
        self._profiles = {name: index for index, name in enumerate(self.info.profiles)}
        self._offers: dict[tuple[OfferedAction, ...], tuple[OfferedAction, ...]] = {}
        self._at_once = all(_is_at_once(interaction.truth) for interaction in interactions)
        self.reward_delay = _longest_delay(interactions) if reward_delay is None else reward_delay

    @property
    def action_count(self) -> int:
        """How many actions were ever offered."""
        return len(self._indices)

    def blocks(self, rounds: int) -> Iterator[VisitBatch]:
        """Yield the first `rounds` visits in blocks."""
        for start in range(0, min(rounds, len(self._interactions)), BLOCK):
            yield self._block(self._interactions[start : min(rounds, start + BLOCK)])

    def _block(self, interactions: Sequence[Interaction]) -> VisitBatch:
        visits = [self._share_actions(interaction.visit) for interaction in interactions]
        indices = [tuple(self._indices[action.id] for action in v.actions) for v in visits]
        truths = [interaction.truth for interaction in interactions]
        mask = np.zeros((len(visits), self.action_count), dtype=bool)
        for row, offered in enumerate(indices):
            mask[row, list(offered)] = True
        spread = _Spread(indices, mask.shape)
        always = all(offered == tuple(range(self.action_count)) for offered in indices)
        return VisitBatch(
            visits,
            np.array([self._profiles[visit.profile] for visit in visits]),
            spread.outcomes(truths),
            spread.over([truth.rewards for truth in truths]),
            spread.over([truth.values for truth in truths]),
            spread.over([truth.expected_values for truth in truths]),
            None if self._at_once else spread.feedback(truths),
            None if always else AvailableActions(mask, indices),
        )

    def _share_actions(self, visit: Visit) -> Visit:
        """Return the visit with one and the same tuple for the same actions."""
        return replace(visit, actions=self._offers.setdefault(visit.actions, visit.actions))


@dataclass(frozen=True, slots=True)
class _Spread:
    """Puts what was recorded of the offered actions in their places among all actions."""

    indices: list[tuple[int, ...]]
    shape: tuple[int, int]

    def over(self, rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
        """Return figures of shape (visits, actions), 0 where an action was not offered."""
        metrics = np.zeros(self.shape)
        for row, (indices, values) in enumerate(zip(self.indices, rows, strict=True)):
            metrics[row, list(indices)] = values
        return metrics

    def outcomes(self, truths: list[PotentialOutcomes]) -> Outcomes:
        """Return what users would have done."""
        names = dict.fromkeys(name for truth in truths for name in truth.outcomes)
        never = [(0.0,) * len(indices) for indices in self.indices]
        return {
            name: OutcomeDraws(
                self.over(
                    [t.outcomes.get(name, zeros) for t, zeros in zip(truths, never, strict=True)]
                )
            )
            for name in names
        }

    def feedback(self, truths: list[PotentialOutcomes]) -> Deliveries:
        """Return how the rewards of these visits travelled."""
        most = max(len(arrivals) for truth in truths for arrivals in truth.arrivals)
        return Deliveries(
            [self._arrival(truths, number) for number in range(most)],
            self.over([truth.lost for truth in truths]).astype(np.int64),
            self.over([truth.repeated for truth in truths]).astype(np.int64),
        )

    def _arrival(self, truths: list[PotentialOutcomes], number: int) -> Delivery:
        """Return the arrivals of that number of every visit and action that has as many."""
        arrival = Delivery(np.zeros(self.shape), np.zeros(self.shape, bool), np.zeros(self.shape))
        for row, (indices, truth) in enumerate(zip(self.indices, truths, strict=True)):
            for index, arrivals in zip(indices, truth.arrivals, strict=True):
                if number < len(arrivals):
                    delay, value = arrivals[number]
                    arrival.values[row, index] = value
                    arrival.arrives[row, index] = True
                    arrival.offsets[row, index] = microseconds(delay)
        return arrival


def _longest_delay(interactions: Sequence[Interaction]) -> timedelta:
    delays = (
        delay
        for interaction in interactions
        for arrivals in interaction.truth.arrivals
        for delay, _ in arrivals
    )
    return max(delays, default=timedelta())


def _is_at_once(truth: PotentialOutcomes) -> bool:
    return all(
        arrivals == ((timedelta(), reward),)
        for arrivals, reward in zip(truth.arrivals, truth.rewards, strict=True)
    )
