"""Long work on a loop goes on in slices: others are answered, and the outcome is the same."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest

from mock_service.build import build_service
from mock_service.errors import ApiError
from mock_service.hosting.service import Service
from mock_service.loop.configuration import Configuration, Mode
from mock_service.loop.decision import Action, RankRequest
from mock_service.loop.learning_loop import LearningLoop
from mock_service.settings import DEFAULT_LOOP, LoopSettings, Settings
from tests.helpers.loop_changes import change_policy, configure

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACTIONS = tuple(Action(f"a{n}", f'[{{"n":{n},"topic":"t{n}"}}]') for n in range(5))
POLICY = "--cb_explore_adf --epsilon 0.2 --cb_type ips -q ::"
MANY = 12_000
MAX_DURATION_SECONDS = 0.25
"""All of it takes longer than that; a slice is a hundredth of a second."""


def waiting(mode: Mode = Mode.AZURE, count: int = MANY) -> Service:
    """Return a service whose events all wait, decided at the same moment."""
    loop = LoopSettings(mode, configuration=Configuration(auto_optimization=False))
    service = build_service(Settings(manual_clock_from=NOON, loop=loop))
    for number in range(count):
        id_, user = f"e{number}", f'[{{"user":"u{number % 40}"}}]'
        service.default.loop.rank(RankRequest(id_, user, ACTIONS))
        service.default.loop.reward(id_, float(number % 3 == 0))
    return service


async def max_wait(work: Awaitable[object]) -> float:
    """Return how long others had to wait at most while something was done."""
    task, longest = asyncio.ensure_future(work), 0.0
    while not task.done():
        began = perf_counter()
        await asyncio.sleep(0)
        longest = max(longest, perf_counter() - began)
    await task
    return longest


def change(service: Service, arguments: str = POLICY) -> Awaitable[None]:
    """Change the default loop's policy in slices."""
    return service.loops.change(
        DEFAULT_LOOP,
        lambda: service.default.loop,
        lambda loop: loop.change_policy_in_steps(arguments),
    )


def learned(service: Service) -> tuple[object, ...]:
    """Return what a loop has learned, and when."""
    loop = service.default.loop
    training = loop.training_status()
    return loop.model(), loop.models(), training.trained_events, training.modified, loop.stats


@pytest.mark.parametrize("mode", Mode)
def test_slices_come_to_what_one_go_would(mode: Mode) -> None:
    """A clock that is moved, then a policy, then a configuration."""
    sliced, whole = waiting(mode, 300), waiting(mode, 300)
    configuration = replace(whole.default.loop.configuration, default_reward=0.5)

    async def in_slices() -> None:
        await sliced.housekeeping.advance_in_slices(timedelta(hours=1))
        await change(sliced)
        await sliced.loops.change(
            DEFAULT_LOOP,
            lambda: sliced.default.loop,
            lambda loop: loop.configure_in_steps(configuration),
        )

    asyncio.run(in_slices())
    whole.housekeeping.advance(timedelta(hours=1))
    change_policy(whole.default.loop, POLICY)
    configure(whole.default.loop, configuration)

    assert learned(sliced) == learned(whole)
    assert sliced.default.loop.state.policy == POLICY


def test_others_are_answered_while_a_clock_moves_and_a_policy_changes() -> None:
    """Each of them takes as long as the history is."""
    service = waiting()

    moved = asyncio.run(max_wait(service.housekeeping.advance_in_slices(timedelta(hours=1))))
    changed = asyncio.run(max_wait(change(service)))

    assert max(moved, changed) < MAX_DURATION_SECONDS
    assert service.default.loop.waiting == 0


def test_what_settles_during_a_change_is_learned_too() -> None:
    """No lesson is lost between the old model and the new one."""
    service, count = waiting(Mode.QUICK, 600), 600

    async def change_and_learn() -> None:
        changing = asyncio.ensure_future(change(service))
        for number in range(20):
            await asyncio.sleep(0)
            service.default.loop.rank(RankRequest(f"late{number}", "[]", ACTIONS))
            service.default.loop.reward(f"late{number}", 1.0)
        await changing

    asyncio.run(change_and_learn())
    after = service.default.loop.model()
    change_policy(service.default.loop, POLICY)

    assert service.default.loop.training_status().trained_events == count + 20
    assert service.default.loop.model() == after


def test_two_changes_at_once_both_happen() -> None:
    """One after the other, in the order in which they came."""
    service = waiting(Mode.QUICK, 300)
    configuration = replace(service.default.loop.configuration, default_reward=0.25)

    def configure(loop: LearningLoop) -> Iterator[None]:
        return loop.configure_in_steps(configuration)

    async def both() -> None:
        await asyncio.gather(
            change(service),
            service.loops.change(DEFAULT_LOOP, lambda: service.default.loop, configure),
        )

    asyncio.run(both())

    loop = service.default.loop
    assert (loop.state.policy, loop.configuration.default_reward) == (POLICY, 0.25)


def test_a_restore_does_not_reach_a_new_loop_of_the_same_name() -> None:
    """Whoever restores had the key of the loop that was removed."""
    service = waiting(Mode.QUICK, 20)
    first = service.loops.create("x", LoopSettings(), ("one", "two"))
    content = service.snapshots.take(DEFAULT_LOOP)

    async def restore_too_late() -> None:
        restoring = asyncio.ensure_future(service.snapshots.restore(first.name, content))
        await asyncio.sleep(0)
        service.loops.remove("x")
        service.loops.create("x", LoopSettings(), ("three", "four"))
        await restoring

    with pytest.raises(ApiError, match="no loop 'x' any more"):
        asyncio.run(restore_too_late())
    assert service.loops["x"].loop.stats.decisions == 0


def test_a_snapshot_is_of_the_moment_at_which_it_began() -> None:
    """What is written while it is made is not in it, in a folder or in memory."""
    service = waiting(Mode.QUICK, 50)

    async def take_and_go_on() -> bytes:
        taking = asyncio.ensure_future(service.snapshots.take_aside(lambda: service.default))
        await asyncio.sleep(0)
        service.default.loop.rank(RankRequest("later", "[]", ACTIONS))
        service.flush()
        return await taking

    content = asyncio.run(take_and_go_on())
    asyncio.run(service.snapshots.restore(DEFAULT_LOOP, content))

    assert service.default.loop.stats.decisions == 50
