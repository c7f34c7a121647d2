"""Joining decisions with what is observed of them."""

from datetime import UTC, datetime, timedelta

from mock_service.loop.decision import Action, Decision
from mock_service.loop.early import EARLY_WINDOW
from mock_service.loop.events import Observation
from mock_service.loop.joining import Joiner

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def decision(event_id: str, at: datetime = NOON, *, deferred: bool = False) -> Decision:
    """Return a decision of one action."""
    actions = (Action("a", "[]"),)
    return Decision(event_id, at, "[]", actions, actions, (0,), (1.0,), deferred)


def test_rewards_join_in_order_of_arrival() -> None:
    """Aggregations read them in that order."""
    joiner = Joiner()
    event = joiner.record(decision("e"))

    joiner.observe(Observation("e", NOON, 0.3))
    joiner.observe(Observation("e", NOON, 0.1))

    assert event.rewards == [0.3, 0.1]


def test_a_reward_up_to_two_minutes_early_joins() -> None:
    """The real joiner looks that far back."""
    joiner = Joiner()
    joiner.observe(Observation("e", NOON - EARLY_WINDOW, 1.0))

    assert joiner.record(decision("e")).rewards == [1.0]


def test_an_earlier_reward_is_forgotten() -> None:
    """And takes no memory any more."""
    joiner = Joiner()
    joiner.observe(Observation("e", NOON - EARLY_WINDOW - timedelta(seconds=1), 1.0))

    assert joiner.record(decision("e")).rewards == []


def test_an_early_activation_counts() -> None:
    """The order in which rank and activate arrive may change on the way."""
    joiner = Joiner()
    joiner.observe(Observation("e", NOON - timedelta(seconds=1), None))

    assert joiner.record(decision("e", deferred=True)).activated


def test_an_early_reward_joins_one_decision_only() -> None:
    """A second decision of the same id starts with nothing."""
    joiner = Joiner()
    joiner.observe(Observation("e", NOON, 1.0))
    joiner.record(decision("e"))

    assert joiner.record(decision("e")).rewards == []


def test_events_are_due_in_the_order_of_their_decisions() -> None:
    """And only those decided until the moment asked for."""
    joiner = Joiner()
    for number in range(3):
        joiner.record(decision(f"e{number}", NOON + timedelta(minutes=number)))

    due = [event.decision.event_id for event in joiner.due(NOON + timedelta(minutes=1))]

    assert due == ["e0", "e1"]
    assert len(joiner) == 1


def test_a_reward_for_a_settled_event_joins_nothing() -> None:
    """It is too late."""
    joiner = Joiner()
    event = joiner.record(decision("e"))
    joiner.settle(event)

    assert joiner.observe(Observation("e", NOON, 1.0)) is None
    assert event.rewards == []


def test_a_repeated_event_id_joins_the_latest_decision() -> None:
    """Both decisions stay events of their own."""
    joiner = Joiner()
    first = joiner.record(decision("e"))
    second = joiner.record(decision("e"))

    joiner.observe(Observation("e", NOON, 1.0))

    assert (first.rewards, second.rewards, len(joiner)) == ([], [1.0], 2)
