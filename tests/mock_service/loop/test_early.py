"""Observations that arrive before their decision: bounded, and each in constant time."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest

from mock_service.errors import ApiError
from mock_service.loop.decision import Action, Decision
from mock_service.loop.early import EARLY_WINDOW, EarlyBudget
from mock_service.loop.events import Observation
from mock_service.loop.joining import Joiner

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MANY = 20_000


def decision(event_id: str) -> Decision:
    """Return a decision of one action."""
    actions = (Action("a", "[]"),)
    return Decision(event_id, NOON, "[]", actions, actions, (0,), (1.0,), deferred=False)


def fill(joiner: Joiner, at: datetime = NOON) -> int:
    """Observe unknown events until there is no room; return how many found some."""
    for number in range(MANY):
        try:
            joiner.observe(Observation(f"unknown-{number}", at, 1.0))
        except ApiError:
            return number
    return MANY


def test_what_has_no_room_is_refused_with_the_limit() -> None:
    """A reward that is lost in silence would be worse than one that is refused."""
    joiner = Joiner(EarlyBudget(100_000))
    fill(joiner)

    with pytest.raises(ApiError, match=r"limit of 100000 bytes \(early-bytes\)"):
        joiner.observe(Observation("one more", NOON, 1.0))


def test_what_has_no_room_joins_nothing_later() -> None:
    """It was refused: whoever sent it may send it again."""
    joiner = Joiner(EarlyBudget(100_000))
    kept = fill(joiner)

    assert joiner.record(decision(f"unknown-{kept}")).rewards == []
    assert joiner.record(decision("unknown-0")).rewards == [1.0]


def test_after_two_minutes_there_is_room_again() -> None:
    """What nobody has ranked by then will not be joined any more."""
    joiner = Joiner(EarlyBudget(100_000))
    kept = fill(joiner)

    assert fill(joiner, NOON + EARLY_WINDOW + timedelta(seconds=1)) == kept


def test_adopting_gives_room_back() -> None:
    """Down to the last byte."""
    joiner = Joiner(EarlyBudget(100_000))
    for number in range(fill(joiner)):
        joiner.record(decision(f"unknown-{number}"))

    assert joiner.early.bytes == 0


def test_loops_share_the_room_until_they_end() -> None:
    """A loop that was reset or removed takes none."""
    budget = EarlyBudget(100_000)
    first, second = Joiner(budget), Joiner(budget)
    kept = fill(first)

    assert fill(second) == 0
    del first
    assert fill(second) == kept


def test_late_rewards_are_always_taken_and_leave_half_of_the_room_to_early_ones() -> None:
    """They are for events that have settled: hardly any is ever joined by another decision."""
    joiner = Joiner(EarlyBudget(100_000))
    for number in range(MANY):
        joiner.observe(Observation(f"settled-{number}", NOON, 1.0), lambda _: True)

    assert fill(joiner) >= 40


def test_a_batch_is_refused_as_a_whole() -> None:
    """Its lines are for slots of one page."""
    joiner = Joiner(EarlyBudget(100_000))

    with pytest.raises(ApiError, match="early-bytes"):
        joiner.check_room([f"s{number}" for number in range(1_000)], NOON, lambda _: False)
    joiner.check_room([f"s{number}" for number in range(1_000)], NOON, lambda _: True)
    joiner.check_room(["s"] * 50, NOON, lambda _: False)


def test_each_takes_constant_time() -> None:
    """Adopting one event's rewards does not look at those of others, nor at each again."""
    joiner = Joiner(EarlyBudget(2**30))
    began = perf_counter()
    for number in range(5 * MANY):
        joiner.observe(Observation("same" if number % 2 else f"other-{number}", NOON, 0.5))
    event = joiner.record(decision("same"))

    assert len(event.rewards) == 5 * MANY // 2
    assert perf_counter() - began < 5


def test_what_is_too_old_takes_no_room_in_any_loop() -> None:
    """A loop that nobody calls any more does not shut the others out."""
    budget = EarlyBudget(100_000)
    first, second = Joiner(budget), Joiner(budget)
    kept = fill(first)

    assert fill(second, NOON + EARLY_WINDOW + timedelta(seconds=1)) == kept
