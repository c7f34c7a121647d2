"""The crowd of a scenario: visits, and for each action what would come of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from simulator.model import Visit
from simulator.scenario.model import Scenario
from simulator.scenario.reward_timing import longest_reward_delay
from simulator.users.availability import AvailableActions
from simulator.users.behaviour import Behaviour, Outcomes, add_arrays
from simulator.users.delivery import Deliveries, RewardChannel
from simulator.users.examination import Examination
from simulator.users.population import ArrivalBatch, Population
from simulator.users.reward_design import RewardDesign
from simulator.users.taste import Pleasure, TasteMatrix

BLOCK = 256
"""Visits drawn at a time: enough to spread numpy's cost, few enough to start at once."""

_IN_ONE_GO = 8
"""Blocks drawn at a time: drawing is twice as fast while the processor has it at hand."""

_PURPOSES = ("profiles", "context", "traffic", "outcomes", "delays", "feedback")
"""Each has a generator of its own; new ones go to the end, so that old seeds stay what they are."""


@dataclass(frozen=True, slots=True)
class VisitBatch:
    """Some visits and what would come of every action; arrays have shape (visits, actions).

    ``rewards`` are what is reported in all, and ``feedback`` is when it arrives: None for at once.
    ``offer`` says which actions could be shown: None for all of them.
    """

    visits: list[Visit]
    profiles: NDArray[np.intp]
    outcomes: Outcomes
    rewards: NDArray[np.float64]
    values: NDArray[np.float64]
    expected_values: NDArray[np.float64]
    feedback: Deliveries | None = None
    offer: AvailableActions | None = None


@dataclass(frozen=True, slots=True)
class PageBatch:
    """Some visits to a page: a block for each slot, and who gets to see it; shape (visits,).

    ``viewed`` is None where every visitor sees it. With an ``examination`` a slot gets attention or
    not by what the others show; ``ignored`` then has what comes of each slot without.
    """

    slots: list[VisitBatch]
    viewed: NDArray[np.bool_] | None = None
    ignored: list[VisitBatch] = field(default_factory=list)
    examination: Examination | None = None


@dataclass(frozen=True, slots=True)
class PageRules:
    """How many slots a page has, and how many actions could be shown.

    ``allowed`` says which of them where, with the shape (slots, actions), None for all of them
    everywhere; ``baseline`` is the application's own page, as indices, if it has one.
    """

    slots: int
    actions: int
    allowed: NDArray[np.bool_] | None = None
    baseline: tuple[int, ...] | None = None


class PageSlot(Protocol):
    """A place on a page."""

    @property
    def id(self) -> str:
        """What it is called."""

    @property
    def baseline(self) -> str:
        """The id of what the application would show there."""


class EnvironmentInfo(Protocol):
    """Who takes part: a scenario, or a record of one."""

    @property
    def name(self) -> str:
        """What the story is called."""

    @property
    def profiles(self) -> Iterable[str]:
        """The kinds of users, by name."""

    @property
    def action_ids(self) -> list[str]:
        """What can be shown."""

    @property
    def slots(self) -> Sequence[PageSlot]:
        """The slots of a page; none where there is one action a visit."""


class Environment(Protocol):
    """Visits, one block after the other."""

    @property
    def info(self) -> EnvironmentInfo:
        """Who takes part."""

    @property
    def design_name(self) -> str:
        """The reward design that is in force."""

    @property
    def action_count(self) -> int:
        """How many actions there are."""

    @property
    def reward_delay(self) -> timedelta:
        """How long after a visit its rewards may come."""

    def blocks(self, rounds: int) -> Iterator[VisitBatch]:
        """Yield at most `rounds` visits in blocks."""


class ScenarioEnvironment:
    """All visits, in the order they come."""

    def __init__(self, scenario: Scenario, *, seed: int, reward: str = "") -> None:
        """Draw from `seed`, and reward by the design named `reward`, or by the first.

        Raises:
            OptionsInvalid: the scenario has no such reward design.
            HookProblem: a Python function of the scenario is not there.
        """
        streams = SeedSequence(seed).spawn(len(_PURPOSES))
        rng = dict(zip(_PURPOSES, map(default_rng, streams), strict=True))
        self.design = RewardDesign(scenario, reward)
        self.design_name = self.design.name
        self.info = scenario
        self.action_count = len(scenario.actions)
        self.reward_delay = longest_reward_delay(scenario, reward)
        self._tastes = TasteMatrix(scenario)
        self._behaviour = Behaviour(scenario, rng=rng["outcomes"], delays=rng["delays"])
        self._post = RewardChannel(
            scenario.feedback, outcomes=len(scenario.outcomes), rng=rng["feedback"]
        )
        self._population = Population(
            scenario,
            profiles=rng["profiles"],
            context=rng["context"],
            traffic=rng["traffic"],
        )

    def blocks(self, rounds: int) -> Iterator[VisitBatch]:
        """Yield `rounds` visits in blocks; fewer rounds are the beginning of more."""
        starts = range(0, rounds, BLOCK)
        for first in range(0, len(starts), _IN_ONE_GO):
            some = starts[first : first + _IN_ONE_GO]
            yield from [beginning(self._next_block(), rounds - start) for start in some]

    def _next_block(self) -> VisitBatch:
        arrivals = self._population.draw(BLOCK)
        tastes = self._tastes.of(arrivals)
        return potential_outcomes(arrivals, tastes, self.design, self._behaviour, self._post)


def potential_outcomes(
    arrivals: ArrivalBatch,
    tastes: Pleasure,
    design: RewardDesign,
    behaviour: Behaviour,
    post: RewardChannel,
) -> VisitBatch:
    """Return what would come of every action for visitors of these tastes."""
    outcomes = behaviour.outcomes(tastes)
    reports = design.reports(outcomes)
    return VisitBatch(
        arrivals.visits,
        arrivals.profiles,
        outcomes,
        add_arrays([report.total() for report in reports]),
        behaviour.values(outcomes),
        behaviour.expected_values(tastes),
        post.deliver(reports, BLOCK),
        arrivals.offer,
    )


def beginning(block: VisitBatch, count: int) -> VisitBatch:
    """Return the first `count` visits of a block."""
    if count >= len(block.visits):
        return block
    return VisitBatch(
        block.visits[:count],
        block.profiles[:count],
        {name: draws.beginning(count) for name, draws in block.outcomes.items()},
        block.rewards[:count],
        block.values[:count],
        block.expected_values[:count],
        block.feedback.beginning(count) if block.feedback else None,
        block.offer.beginning(count) if block.offer else None,
    )
