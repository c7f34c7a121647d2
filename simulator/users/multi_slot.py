"""The crowd of a scenario with slots: visits to a page, and what would come of it in each place."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from simulator.model import OfferedSlot
from simulator.scenario.model import Scenario
from simulator.scenario.reward_timing import longest_reward_delay
from simulator.scenario.slots import SlotSpec
from simulator.users.behaviour import Behaviour
from simulator.users.delivery import RewardChannel
from simulator.users.environment import (
    BLOCK,
    PageBatch,
    PageRules,
    VisitBatch,
    beginning,
    potential_outcomes,
)
from simulator.users.population import ArrivalBatch, Population
from simulator.users.reward_design import RewardDesign
from simulator.users.taste import Pleasure, TasteMatrix

_PURPOSES = ("profiles", "context", "traffic", "slots", "views")
"""Each has a generator of its own, and each slot one of its own for each of what users do there."""


class _SlotModel:
    """What users do in one slot."""

    def __init__(self, scenario: Scenario, spec: SlotSpec, rng: SeedSequence) -> None:
        outcomes, delays, feedback = map(default_rng, rng.spawn(3))
        self._attention = np.array([spec.attention_to(id_) for id_ in scenario.action_ids])
        self._value = spec.value
        self._behaviour = Behaviour(scenario, rng=outcomes, delays=delays)
        self._post = RewardChannel(scenario.feedback, outcomes=len(scenario.outcomes), rng=feedback)

    def block(self, arrivals: ArrivalBatch, tastes: Pleasure, design: RewardDesign) -> VisitBatch:
        """Return what would come of every action in this place."""
        seen = tastes * self._attention
        block = potential_outcomes(arrivals, seen, design, self._behaviour, self._post)
        return replace(
            block,
            values=block.values * self._value,
            expected_values=block.expected_values * self._value,
        )


class MultiSlotEnvironment:
    """All visits of the page, in the order they come."""

    def __init__(self, scenario: Scenario, *, seed: int, reward: str = "") -> None:
        """Draw from `seed`, and reward each slot by the design named `reward`, or by the first.

        Raises:
            OptionsInvalid: the scenario has no such reward design.
            HookProblem: a Python function of the scenario is not there.
        """
        streams = dict(zip(_PURPOSES, SeedSequence(seed).spawn(len(_PURPOSES)), strict=True))
        self.info = scenario
        self.design = RewardDesign(scenario, reward)
        self.design_name = self.design.name
        self.reward_delay = longest_reward_delay(scenario, reward)
        self.slots = list_slots(scenario)
        self.viewed_share = 1.0 if scenario.page is None else scenario.page.viewed
        own = tuple([scenario.action_ids.index(one.baseline) for one in self.slots])
        allowed = allowed_in(scenario)
        self.page = PageRules(len(self.slots), len(scenario.actions), allowed, own)
        indices = zip(scenario.slots, streams["slots"].spawn(len(scenario.slots)), strict=True)
        self._indices = [_SlotModel(scenario, spec, rng) for spec, rng in indices]
        self._tastes = TasteMatrix(scenario)
        self._views = default_rng(streams["views"])
        self._population = Population(
            scenario,
            profiles=default_rng(streams["profiles"]),
            context=default_rng(streams["context"]),
            traffic=default_rng(streams["traffic"]),
        )

    def blocks(self, rounds: int) -> Iterator[PageBatch]:
        """Yield `rounds` visits in blocks; fewer rounds are the beginning of more."""
        for start in range(0, rounds, BLOCK):
            arrivals = self._population.draw(BLOCK)
            tastes = self._tastes.of(arrivals)
            viewed = self._views.random(BLOCK) < self.viewed_share
            count = rounds - start
            yield PageBatch(
                [
                    beginning(index.block(arrivals, tastes, self.design), count)
                    for index in self._indices
                ],
                viewed[:count],
            )


def list_slots(scenario: Scenario) -> tuple[OfferedSlot, ...]:
    """Return the scenario's slots as a personalizer sees them."""
    return tuple(
        OfferedSlot(
            spec.id,
            json.dumps(spec.features, separators=(",", ":")),
            spec.baseline,
            tuple(spec.excluded),
        )
        for spec in scenario.slots
    )


def allowed_in(scenario: Scenario) -> NDArray[np.bool_]:
    """Say which action may be shown where; shape (slots, actions)."""
    return np.array(
        [[id_ not in spec.excluded for id_ in scenario.action_ids] for spec in scenario.slots]
    )
