"""Learning modes, and what happens when a loop's settings change."""

from datetime import UTC, datetime, timedelta

import pytest

from mock_service.clock import ManualClock
from mock_service.errors import LearningPolicyInvalid
from mock_service.loop.configuration import Configuration, LearningMode, Mode
from mock_service.loop.decision import Action, Decision, RankRequest
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings
from tests.helpers.loop_changes import change_policy, configure

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACTIONS = tuple(Action(name, f'[{{"name":"{name}"}}]') for name in ("a", "b", "c", "d"))


def loop_in(
    learning_mode: LearningMode, mode: Mode = Mode.QUICK
) -> tuple[LearningLoop, ManualClock]:
    """Return a loop in a learning mode, and its clock."""
    clock = ManualClock(NOON)
    configuration = Configuration(learning_mode=learning_mode)
    return build_loop(LoopSettings(mode, configuration=configuration), clock), clock


def rank(loop: LearningLoop, event_id: str, excluded: str = "") -> Decision:
    """Rank the four actions."""
    return loop.rank(RankRequest(event_id, "[]", ACTIONS, frozenset(excluded)))


def test_an_apprentice_shows_the_first_eligible_action_in_request_order() -> None:
    """With each action's own probability, and the policy's pick as what is logged."""
    loop, _ = loop_in(LearningMode.APPRENTICE)

    decisions = [rank(loop, f"e{number}", excluded="a") for number in range(20)]

    assert {decision.chosen.id for decision in decisions} == {"b"}
    assert [line.id for line in decisions[0].ranking] == ["a", "b", "c", "d"]
    assert {decision.order[0] for decision in decisions} == {0, 1, 2}


def test_an_apprentice_learns_to_imitate_whatever_the_rewards_say() -> None:
    """1 when the policy's pick was the baseline, else 0."""
    loop, clock = loop_in(LearningMode.APPRENTICE)
    for number in range(200):
        rank(loop, f"e{number}")
        loop.reward(f"e{number}", -1.0)
        clock.advance(timedelta(seconds=1))

    ranking = dict(rank(loop, "look").ranking)

    assert ranking["a"] == pytest.approx(0.85)
    assert loop.stats.mean_rewards()[100] == -1.0


def test_logging_only_logs_the_baseline_as_what_was_chosen() -> None:
    """And learns its reward."""
    loop, _ = loop_in(LearningMode.LOGGING_ONLY)

    decision = rank(loop, "e")
    loop.reward("e", -1.0)

    assert (decision.chosen.id, decision.order) == ("a", (0, 1, 2, 3))
    assert dict(rank(loop, "look").ranking)["a"] == pytest.approx(0.05)


def test_a_new_exploration_rate_counts_at_once_and_keeps_what_is_published() -> None:
    """Also in azure mode, where the next export is minutes away."""
    loop, clock = loop_in(LearningMode.ONLINE, Mode.AZURE)
    chosen = rank(loop, "e").chosen.id
    loop.reward("e", 1.0)
    clock.advance(timedelta(minutes=15))

    configure(loop, Configuration(exploration=0.4))

    assert dict(rank(loop, "look").ranking)[chosen] == pytest.approx(0.7)


def test_an_edit_is_dated_by_the_clock() -> None:
    """Whatever the new configuration says."""
    loop, clock = loop_in(LearningMode.ONLINE)
    clock.advance(timedelta(hours=1))

    configure(loop, Configuration())

    assert loop.configuration.last_edited == NOON + timedelta(hours=1)


def test_another_policy_starts_untrained_and_a_bad_one_changes_nothing() -> None:
    """The loop keeps its model when Vowpal Wabbit refuses the policy."""
    loop, _ = loop_in(LearningMode.ONLINE)
    chosen = rank(loop, "e").chosen.id
    loop.reward("e", 1.0)

    with pytest.raises(LearningPolicyInvalid):
        change_policy(loop, "--cb_explore_adf --cb_type mtr --epsilon 0.2 --cover 3 --bag 3")
    kept = dict(rank(loop, "look").ranking)
    change_policy(loop, "--cb_explore_adf --cb_type ips --epsilon 0.2")

    assert kept[chosen] == pytest.approx(0.85)
    assert set(dict(rank(loop, "look").ranking).values()) == {0.25}
    assert loop.state.policy == "--cb_explore_adf --cb_type ips --epsilon 0.2"


def test_a_model_moves_from_one_loop_to_another() -> None:
    """And forgetting it makes the loop uniform again."""
    one, _ = loop_in(LearningMode.ONLINE)
    other, _ = loop_in(LearningMode.ONLINE)
    chosen = rank(one, "e").chosen.id
    one.reward("e", 1.0)

    other.import_model(one.model())
    moved = dict(rank(other, "look").ranking)
    other.import_model(b"")

    assert moved[chosen] == pytest.approx(0.85)
    assert set(dict(rank(other, "look").ranking).values()) == {0.25}
    assert other.model() == b""


def test_export_frequency_is_counted_from_its_change() -> None:
    """Every minute from now on."""
    loop, clock = loop_in(LearningMode.ONLINE, Mode.AZURE)
    clock.advance(timedelta(minutes=2))

    configure(loop, Configuration(model_export_frequency=timedelta(minutes=1)))

    assert loop.training_status().next_export == NOON + timedelta(minutes=3)
