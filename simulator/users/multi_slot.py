"""The crowd of a scenario with slots: visits to a page, and what would come of it in each place."""

import json
from collections.abc import Iterator

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from simulator.model import OfferedSlot
from simulator.scenario.model import Scenario
from simulator.scenario.reward_timing import longest_reward_delay
from simulator.scenario.slots import ExaminationKind, PageSpec
from simulator.users.environment import (
    BLOCK,
    PageBatch,
    PageRules,
)
from simulator.users.examination import Cascade, LogitChoice, click_odds
from simulator.users.population import ArrivalBatch, Population
from simulator.users.reward_design import RewardDesign
from simulator.users.slot_model import SlotModel, beginning_of_pages, merge_by_looks
from simulator.users.taste import Pleasure, TasteMatrix

_PURPOSES = ("profiles", "context", "traffic", "slots", "views", "looks", "choices")
"""Each has a generator of its own, and each slot one of its own for each of what users do there.

New ones go to the end, so that old seeds stay what they are."""


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
        page = scenario.page or PageSpec()
        self.viewed_share, self._kind = page.viewed, page.examination
        own = tuple([scenario.action_ids.index(one.baseline) for one in self.slots])
        self.page = PageRules(len(self.slots), len(scenario.actions), allowed_in(scenario), own)
        places = zip(scenario.slots, streams["slots"].spawn(len(scenario.slots)), strict=True)
        self._places = [SlotModel(scenario, spec, rng, self._kind) for spec, rng in places]
        self._tastes = TasteMatrix(scenario)
        self._views, self._looks, self._choices = (
            default_rng(streams[name]) for name in ("views", "looks", "choices")
        )
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
            yield beginning_of_pages(self._page(arrivals, tastes, viewed), rounds - start)

    def _page(
        self, arrivals: ArrivalBatch, tastes: Pleasure, viewed: NDArray[np.bool_]
    ) -> PageBatch:
        engaged = [place.block(arrivals, tastes, self.design) for place in self._places]
        if self._kind in {ExaminationKind.ATTENTION, ExaminationKind.INDEPENDENT}:
            return PageBatch(engaged, viewed)
        ignored = [
            place.without_attention(one, self.design)
            for place, one in zip(self._places, engaged, strict=True)
        ]
        attention = np.array([place.attention for place in self._places])
        if self._kind is ExaminationKind.CHOICE:
            odds = click_odds(self._click_chances(tastes), attention)
            choice = LogitChoice(odds, self._choices.random(BLOCK))
            return PageBatch(engaged, viewed, ignored, choice)
        looks = self._looks.random((BLOCK, len(attention), 1)) < attention
        if self._kind is ExaminationKind.POSITION:
            both = enumerate(zip(engaged, ignored, strict=True))
            merged = [
                merge_by_looks(one, other, looks[:, slot], attention[slot])
                for slot, (one, other) in both
            ]
            return PageBatch(merged, viewed)
        placed = zip(self._places, engaged, strict=True)
        clicks = np.stack([place.clicks(one) for place, one in placed], axis=1)
        cascade = Cascade(clicks, self._click_chances(tastes), looks, attention)
        return PageBatch(engaged, viewed, ignored, cascade)

    def _click_chances(self, tastes: Pleasure) -> NDArray[np.float64]:
        """Return how likely a click is where there is attention; shape (visits, slots, actions)."""
        return np.stack([place.click_chance(tastes) for place in self._places], axis=1)


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
