"""Rewards on their way: late, lost and repeated, and always in the order of time."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from mock_service.loop.configuration import Configuration, Mode
from mock_service.settings import LoopSettings
from simulator.engine.run import Listeners, RunPlan, run
from simulator.engine.tally import Tally
from simulator.engine.timeline import VirtualTime
from simulator.model import Interaction, Recommendation, Visit
from simulator.scenario.catalogue import SHIPPED, find_scenario
from simulator.scenario.load import load_scenario
from simulator.scenario.model import Scenario
from simulator.simulations import RunOptions, simulate
from simulator.users.environment import ScenarioEnvironment

LATE = find_scenario("news-late")
ROUNDS = 2000


class Listening:
    """A personalizer that shows each action in turn and writes down what it hears."""

    def __init__(self) -> None:
        self.ranked: dict[str, timedelta] = {}
        self.offsets: list[timedelta] = []
        self.rewards: list[tuple[str, float, timedelta]] = []

    def rank(self, visit: Visit, event_id: str) -> Recommendation:
        """Show one after the other."""
        self.ranked[event_id] = visit.offset
        self.offsets.append(visit.offset)
        count = len(visit.actions)
        first = visit.number % count
        order = (first, *(index for index in range(count) if index != first))
        return Recommendation(order, (1 / count,) * count)

    def reward(self, event_id: str, value: float, offset: timedelta) -> None:
        """Write down."""
        self.offsets.append(offset)
        self.rewards.append((event_id, value, offset))

    def close(self) -> None:
        """Do nothing."""


def _heard(scenario: Scenario, *, rounds: int = ROUNDS, seed: int = 1) -> tuple[Listening, Tally]:
    listening = Listening()
    environment = ScenarioEnvironment(scenario, seed=seed)
    tally = run(
        environment,
        listening,
        plan=RunPlan(rounds, "r"),
        listeners=Listeners(),
        timeline=VirtualTime(),
    )
    return listening, tally


def test_ranks_and_rewards_come_in_the_order_of_time() -> None:
    """A late reward arrives between the visits that follow."""
    listening, _ = _heard(LATE)

    assert all(earlier <= later for earlier, later in pairwise(listening.offsets))
    assert len(listening.ranked) == ROUNDS


def test_rewards_are_5_to_30_minutes_late() -> None:
    """The first of each event; a repeated one is later still."""
    listening, _ = _heard(LATE)
    first: dict[str, timedelta] = {}
    for event_id, _, offset in listening.rewards:
        first.setdefault(event_id, offset - listening.ranked[event_id])

    assert min(first.values()) >= timedelta(minutes=5)
    assert max(first.values()) <= timedelta(minutes=30)
    assert max(first.values()) - min(first.values()) > timedelta(minutes=24)


def test_one_in_ten_is_lost_and_one_in_twenty_repeated() -> None:
    """And the account at the end says exactly how many."""
    listening, tally = _heard(LATE)
    times = Counter(event_id for event_id, _, _ in listening.rewards)

    assert tally.reported == ROUNDS
    assert tally.lost == ROUNDS - len(times)
    assert tally.repeated == sum(count - 1 for count in times.values())
    assert tally.lost / ROUNDS == pytest.approx(0.10, abs=0.02)
    assert tally.repeated / (ROUNDS - tally.lost) == pytest.approx(0.05, abs=0.015)


def test_what_happens_on_the_way_depends_on_nothing_else(tmp_path: Path) -> None:
    """Losing more leaves delays, repetitions, visits and outcomes what they were."""
    path = tmp_path / "lossy.toml"
    text = (SHIPPED / "news-late.toml").read_text()
    path.write_text(text.replace("lost = 0.1", "lost = 0.4"))

    usual, _ = _heard(LATE)
    lossy, _ = _heard(load_scenario(path))

    assert usual.ranked == lossy.ranked
    assert 0 < len(lossy.rewards) < len(usual.rewards)
    assert set(lossy.rewards) < set(usual.rewards)


def test_a_wait_that_is_too_short_takes_silence_for_dislike() -> None:
    """The loop's clock moves with the rewards: after 10 minutes they are too late."""

    def mean_reward(minutes: int) -> float:
        settings = LoopSettings().with_changes(reward_wait_time=timedelta(minutes=minutes))
        options = RunOptions(4000, seed=3)
        summary = simulate(LATE, settings, options)
        assert summary.mean_reward_last_quarter is not None
        return summary.mean_reward_last_quarter

    assert mean_reward(30) > mean_reward(10) + 0.05


def test_an_azure_loop_learns_nothing_before_wait_and_export_are_over() -> None:
    """With a wait of 30 minutes, at 600 visits an hour, the first 300 choices are blind."""
    blind: list[bool] = []
    settings = LoopSettings(
        Mode.AZURE,
        policy="quick",
        configuration=Configuration(reward_wait_time=timedelta(minutes=30)),
    )
    simulate(
        LATE,
        settings,
        RunOptions(600, seed=2),
        Listeners(watcher=lambda i: blind.append(len(set(i.recommendation.probabilities)) == 1)),
    )

    first_informed = blind.index(False)
    assert 270 < first_informed < 400
    assert not any(blind[first_informed:])


def test_an_azure_loop_changes_its_mind_at_exports_and_not_between() -> None:
    """Five minutes apart: until the next one, the same visitor meets the same probabilities."""
    minds: dict[tuple[int, str], set[tuple[tuple[int, float], ...]]] = {}

    def watch(interaction: Interaction) -> None:
        visit, recommendation = interaction.visit, interaction.recommendation
        beat = visit.offset // timedelta(minutes=5)
        mind = sorted(zip(recommendation.order, recommendation.probabilities, strict=True))
        minds.setdefault((beat, visit.context), set()).add(tuple(mind))

    settings = LoopSettings(Mode.AZURE, policy="softmax")
    simulate(LATE, settings, RunOptions(3000, seed=2), Listeners(watcher=watch))

    assert {len(met) for met in minds.values()} == {1}
    by_visitor: dict[str, set[object]] = {}
    for (_, context), met in minds.items():
        by_visitor.setdefault(context, set()).update(met)
    assert max(map(len, by_visitor.values())) > 5
