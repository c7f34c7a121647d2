"""What users do in one slot of a page, if they attend to it and if they do not."""

from dataclasses import replace

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from simulator.scenario.model import Scenario
from simulator.scenario.outcomes import BinaryOutcome
from simulator.scenario.slots import ExaminationKind, SlotSpec
from simulator.users.behaviour import Behaviour, OutcomeDraws, Outcomes, add_arrays
from simulator.users.delivery import Deliveries, Delivery, RewardChannel
from simulator.users.environment import PageBatch, VisitBatch, beginning, potential_outcomes
from simulator.users.population import ArrivalBatch
from simulator.users.reward_design import RewardDesign
from simulator.users.taste import Pleasure

_Array = NDArray[np.float64]
_Mask = NDArray[np.bool_]


class SlotModel:
    """What users do in one slot.

    ``attention`` is how much of it the slot gets with each action; shape (actions,).
    """

    def __init__(
        self, scenario: Scenario, spec: SlotSpec, rng: SeedSequence, kind: ExaminationKind
    ) -> None:
        outcomes, delays, feedback = map(default_rng, rng.spawn(3))
        self.attention = np.array([spec.attention_to(id_) for id_ in scenario.action_ids])
        self._taste_left = self.attention if kind is ExaminationKind.ATTENTION else 1.0
        self._value = spec.value
        self._click = next(iter(scenario.outcomes))
        acting = _sure_to_click(scenario) if kind is ExaminationKind.CHOICE else scenario
        self._usual = Behaviour(scenario, rng=outcomes, delays=delays)
        self._behaviour = (
            self._usual if acting is scenario else Behaviour(acting, rng=outcomes, delays=delays)
        )
        self._post = RewardChannel(scenario.feedback, outcomes=len(scenario.outcomes), rng=feedback)

    def block(self, arrivals: ArrivalBatch, tastes: Pleasure, design: RewardDesign) -> VisitBatch:
        """Return what would come of every action in this place, where it gets attention."""
        seen = tastes * self._taste_left
        block = potential_outcomes(arrivals, seen, design, self._behaviour, self._post)
        return replace(
            block,
            values=block.values * self._value,
            expected_values=block.expected_values * self._value,
        )

    def without_attention(self, engaged: VisitBatch, design: RewardDesign) -> VisitBatch:
        """Return what comes of every action in this place, where nothing is done with it."""
        nothing: Outcomes = {
            name: OutcomeDraws(
                np.zeros_like(draws.amounts), np.zeros(draws.amounts.shape, bool), draws.offsets
            )
            for name, draws in engaged.outcomes.items()
        }
        reports = design.reports(nothing)
        return replace(
            engaged,
            outcomes=nothing,
            rewards=add_arrays([report.total() for report in reports]),
            values=np.zeros_like(engaged.values),
            expected_values=np.zeros_like(engaged.expected_values),
            feedback=self._post.deliver(reports, len(engaged.visits)),
        )

    def clicks(self, engaged: VisitBatch) -> _Mask:
        """Return where something would be clicked; shape (visits, actions)."""
        return np.asarray(engaged.outcomes[self._click].amounts > 0)

    def click_chance(self, tastes: Pleasure) -> _Array:
        """Return how likely a click is where the slot gets attention; shape (visits, actions)."""
        return self._usual.chance(self._click, tastes)


def merge_by_looks(
    engaged: VisitBatch, ignored: VisitBatch, looks: _Mask, attention: _Array
) -> VisitBatch:
    """Return a block of what comes with attention where visitors look, and without elsewhere.

    `looks` has the shape (visits, actions), and `attention`, its chance, (actions,).
    """
    return replace(
        engaged,
        outcomes={
            name: OutcomeDraws(
                draws.amounts * looks,
                looks if draws.happened is None else draws.happened & looks,
                draws.offsets,
            )
            for name, draws in engaged.outcomes.items()
        },
        rewards=np.where(looks, engaged.rewards, ignored.rewards),
        values=engaged.values * looks,
        expected_values=engaged.expected_values * attention,
        feedback=_merge_feedback(engaged.feedback, ignored.feedback, looks),
    )


def beginning_of_pages(page: PageBatch, count: int) -> PageBatch:
    """Return the first `count` visits of some pages."""
    examination = page.examination
    return PageBatch(
        [beginning(one, count) for one in page.slots],
        None if page.viewed is None else page.viewed[:count],
        [beginning(one, count) for one in page.ignored],
        None if examination is None else examination.part(slice(0, count)),
    )


def _merge_feedback(
    engaged: Deliveries | None, ignored: Deliveries | None, looks: _Mask
) -> Deliveries | None:
    if engaged is None or ignored is None:
        return engaged
    arrivals = [
        Delivery(
            np.where(looks, one.values, other.values),
            np.where(looks, one.arrives, other.arrives),
            np.where(looks, one.offsets, other.offsets),
        )
        for one, other in zip(engaged.arrivals, ignored.arrivals, strict=True)
    ]
    return Deliveries(
        arrivals,
        np.where(looks, engaged.lost, ignored.lost),
        np.where(looks, engaged.duplicated, ignored.duplicated),
    )


def _sure_to_click(scenario: Scenario) -> Scenario:
    """Return the scenario for those who clicked: a choice decides on that by itself."""
    name, outcome = next(iter(scenario.outcomes.items()))
    if not isinstance(outcome, BinaryOutcome):
        return scenario
    sure = outcome.model_copy(update={"chance": (1.0, 1.0), "by_action": {}})
    return scenario.model_copy(update={"outcomes": {**scenario.outcomes, name: sure}})
