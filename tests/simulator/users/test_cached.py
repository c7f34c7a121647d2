"""A crowd that is kept is the crowd that would be drawn."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import pytest

from simulator.scenario.catalogue import find_scenario
from simulator.scenario.model import Scenario
from simulator.users import environment
from simulator.users.cached import MAX_KEPT, CachedEnvironment, EnvironmentCache
from simulator.users.environment import BLOCK, Environment, ScenarioEnvironment, VisitBatch

NEWS = find_scenario("news")
SINGLE_SLOT = ["coffee", "news", "news-clickbait", "news-drift", "news-late", "tom-and-anna"]


def seen(blocks: Iterator[VisitBatch]) -> list[Any]:
    """Return all there is to some blocks, as what can be compared."""
    return [
        (block.visits, block.profiles.tolist(), block.rewards.tolist(), block.values.tolist())
        for block in blocks
    ]


def make_environment(
    memory: EnvironmentCache, scenario: Scenario, seed: int = 1, reward: str = ""
) -> Environment:
    """Return what a memory has for a run of a block."""
    return memory.environment(scenario, seed=seed, reward=reward, rounds=BLOCK)


@pytest.mark.parametrize("name", SINGLE_SLOT)
def test_whoever_comes_again_is_who_was_drawn(name: str) -> None:
    """In shorter and in longer runs, of whole blocks and of others."""
    scenario = find_scenario(name)
    remembered = CachedEnvironment(scenario, seed=4)

    for rounds in (300, 10 * BLOCK, 1, 300, 11 * BLOCK + 7):
        drawn = ScenarioEnvironment(scenario, seed=4).blocks(rounds)
        assert seen(remembered.blocks(rounds)) == seen(drawn)


def test_a_run_that_ends_early_spoils_nothing() -> None:
    """Who takes only the first block leaves the others for the next run."""
    remembered = CachedEnvironment(NEWS, seed=4)

    next(islice(remembered.blocks(5000), 1))

    assert seen(remembered.blocks(5000)) == seen(ScenarioEnvironment(NEWS, seed=4).blocks(5000))


def test_a_drawing_that_is_cut_short_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance has moved on by then, so nothing of it may be kept."""
    remembered = CachedEnvironment(NEWS, seed=4)
    real, calls = environment.potential_outcomes, iter(range(100))

    def interrupted(*what: Any) -> VisitBatch:  # noqa: ANN401 (passed on as it came)
        if next(calls) == 2:
            raise KeyboardInterrupt
        return real(*what)

    with monkeypatch.context() as patched:
        patched.setattr(environment, "potential_outcomes", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(remembered.blocks(5000))

    assert seen(remembered.blocks(5000)) == seen(ScenarioEnvironment(NEWS, seed=4).blocks(5000))


def test_only_the_same_users_are_remembered() -> None:
    """An equal scenario will do; another seed, design or scenario will not."""
    memory, bait = EnvironmentCache(), find_scenario("news-clickbait")
    first = make_environment(memory, NEWS)

    assert make_environment(memory, find_scenario("news")) is first
    assert make_environment(memory, NEWS, seed=2) is not first
    assert make_environment(memory, bait).info is bait
    assert make_environment(memory, bait, reward="clicks").design_name == "clicks"
    assert make_environment(memory, bait, reward="engagement").design_name == "engagement"


def test_a_crowd_that_takes_much_memory_is_not_remembered() -> None:
    """Nobody's machine is filled by a long run."""
    many = MAX_KEPT // len(NEWS.actions) + 1
    memory = EnvironmentCache()

    assert isinstance(memory.environment(NEWS, seed=1, reward="", rounds=many), ScenarioEnvironment)
    assert isinstance(
        memory.environment(NEWS, seed=1, reward="", rounds=many - 1), CachedEnvironment
    )


def test_what_python_functions_say_is_not_remembered() -> None:
    """It may depend on anything."""
    hooked = NEWS.model_copy(
        update={"tastes": NEWS.tastes.model_copy(update={"hook": "math:fsum"})}
    )

    assert hooked.hooks == ["math:fsum"]
    assert isinstance(make_environment(EnvironmentCache(), hooked), ScenarioEnvironment)


def test_every_thread_remembers_its_own() -> None:
    """A worker of a cluster may do several runs at once."""
    memory = EnvironmentCache()
    mine = make_environment(memory, NEWS)

    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(make_environment, memory, NEWS).result()

    assert theirs is not mine
    assert make_environment(memory, NEWS) is mine
