"""Pages of slots: the same choices in process and over HTTP, and what came of each slot."""

import json
from itertools import permutations

import numpy as np
import pytest

from mock_service.loop.configuration import Configuration
from mock_service.settings import LoopSettings, Settings
from mock_service.vowpal.presets import as_multi_slot, resolve_policy
from simulator.engine.multi_slot_run import PageListeners
from simulator.errors import EndpointProblem, ScenarioInvalid
from simulator.report.multi_slot_summary import PageSummary
from simulator.scenario.catalogue import find_scenario
from simulator.scenario.load import with_parameters
from simulator.scenario.model import Scenario
from simulator.simulations import EndpointTarget, RunOptions, ceilings, simulate_pages
from simulator.users.multi_slot import MultiSlotEnvironment
from tests.helpers.command_line import command
from tests.helpers.servers import served

LAYOUT = find_scenario("layout")
ROUNDS = 300
Events = list[tuple[str, tuple[int, ...]]]


def _run(
    target: LoopSettings | EndpointTarget, scenario: Scenario = LAYOUT, *, seed: int = 5
) -> tuple[PageSummary, Events]:
    seen: Events = []
    listeners = PageListeners(watcher=lambda event_id, page: seen.append((event_id, page)))
    return simulate_pages(scenario, target, RunOptions(ROUNDS, seed), listeners), seen


def test_in_process_and_over_http_fill_alike_event_for_event() -> None:
    """The same pages and the same figures, with pages that are never seen among them."""
    curious = Configuration(exploration=0.3)
    policy = as_multi_slot(resolve_policy("quick"))
    with served(Settings(loop=LoopSettings(policy=policy, configuration=curious))) as endpoint:
        remote, over_http = _run(EndpointTarget(endpoint.url, endpoint.key))
        learning = endpoint.send("GET", "/mock/learning").json()

    local, in_process = _run(LoopSettings(configuration=curious))

    assert in_process == over_http
    assert [event_id for event_id, _ in in_process] == [f"layout-5-{n}" for n in range(ROUNDS)]
    assert (local.slots, local.profiles, local.curve) == (
        remote.slots,
        remote.profiles,
        remote.curve,
    )
    assert 0 < local.viewed < ROUNDS
    assert learning["rewards"] == learning["activations"] == learning["trained"] == 3 * local.viewed
    assert remote.requests is not None
    assert remote.requests.sent == ROUNDS + 4 * local.viewed


def test_the_same_seed_gives_the_same_pages_and_another_does_not() -> None:
    """One seed, same events."""
    assert _run(LoopSettings())[1] == _run(LoopSettings())[1]
    assert _run(LoopSettings())[1] != _run(LoopSettings(), seed=6)[1]


def test_no_page_shows_an_action_twice_or_where_it_is_excluded() -> None:
    """Whatever is tried."""
    _, seen = _run(LoopSettings(configuration=Configuration(exploration=1.0)))

    videos = {LAYOUT.action_ids.index(id_) for id_ in ("cup-final", "concert")}
    assert all(len(set(page)) == 3 for _, page in seen)
    assert not videos & {page[2] for _, page in seen}
    assert {page[0] for _, page in seen} == set(range(6))


def _worth(profile: str, page: tuple[str, ...]) -> float:
    """Return what a page is worth to a kind of reader, by hand."""
    total = 0.0
    for slot, action in zip(LAYOUT.slots, page, strict=True):
        attention = slot.by_action.get(action, slot.attention)
        taste = LAYOUT.tastes.by_profile[profile][action] * attention
        opened = 0.02 + 0.78 * taste
        total += slot.value * (0.2 * opened + 0.8 * opened * (0.2 + 0.7 * taste))
    return total


def test_the_oracle_shows_the_best_page_that_repeats_nothing() -> None:
    """As trying every page by hand finds it; the baseline is the application's own."""
    pages = [
        page
        for page in permutations(LAYOUT.action_ids, 3)
        if not set(page[2:]) & set(LAYOUT.slots[2].excluded)
    ]
    best = {name: max(_worth(name, page) for page in pages) for name in LAYOUT.profiles}
    own = {name: _worth(name, ("election", "budget", "recipe")) for name in LAYOUT.profiles}
    environment = MultiSlotEnvironment(LAYOUT, seed=1)
    (block,) = environment.blocks(200)
    readers = [visit.profile for visit in block.slots[0].visits]

    (found, _) = ceilings(LAYOUT, rounds=200, seed=1, explorations=[])

    seen = block.viewed
    assert found.oracle.mean_value == pytest.approx(
        np.mean(seen * [best[name] for name in readers]), abs=1e-6
    )
    assert found.best_fixed.mean_value == pytest.approx(
        np.mean(seen * [own[name] for name in readers]), abs=1e-6
    )
    assert found.best_fixed.action == "election, budget, recipe"


def test_another_reward_design_meets_the_same_users() -> None:
    """They do the same in every slot, with every action."""
    for one, other in zip(
        MultiSlotEnvironment(LAYOUT, seed=3, reward="reading").blocks(500),
        MultiSlotEnvironment(LAYOUT, seed=3, reward="opens").blocks(500),
        strict=True,
    ):
        assert np.array_equal(one.viewed, other.viewed)
        for slot, same in zip(one.slots, other.slots, strict=True):
            assert slot.visits == same.visits
            assert np.array_equal(slot.values, same.values)
            assert not np.array_equal(slot.rewards, same.rewards)


def test_users_do_something_else_in_every_slot() -> None:
    """What is drawn for one place says nothing about another."""
    same = [{**slot.model_dump(), "attention": 1.0, "by_action": {}} for slot in LAYOUT.slots]
    (block,) = MultiSlotEnvironment(with_parameters(LAYOUT, {"slots": same}), seed=3).blocks(200)

    top, side, _ = (one.outcomes["open"].amounts for one in block.slots)
    assert 0.05 < np.mean(top != side) < 0.5


def test_late_and_lost_rewards_of_slots() -> None:
    """Every seen slot reports once, and the clock never runs backwards."""
    late = {"feedback": {"delay": {"uniform": ["1m", "9m"]}, "lost": 0.2}, "page": {"viewed": 1.0}}
    summary, _ = _run(LoopSettings(), with_parameters(LAYOUT, late))

    assert summary.viewed == ROUNDS
    assert summary.feedback.reported == 3 * ROUNDS
    assert 100 < summary.feedback.lost < 260


def test_an_endpoint_without_slots_says_what_it_needs() -> None:
    """In the service's own words."""
    with served() as endpoint, pytest.raises(EndpointProblem, match="--ccb_explore_adf"):
        _run(EndpointTarget(endpoint.url, endpoint.key))


def test_results_are_shown_by_slot() -> None:
    """On the terminal and as JSON."""
    shown = command("simulate", "layout", "--rounds", "200", "--quiet")
    printed = json.loads(command("simulate", "layout", "--rounds", "200", "--json", "--quiet").out)

    assert shown.code == 0
    assert "By slot" in shown.out
    for slot in printed["slots"]:
        assert f"{slot['mean_reward']:.3f}" in shown.out
        assert slot["id"] in shown.out
    assert printed["mean_reward"] == pytest.approx(
        sum(slot["mean_reward"] for slot in printed["slots"]), abs=1e-5
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "layout", "--vary", "exploration=0,0.2"],
        ["simulate", "layout", "--record", "run.jsonl"],
        ["simulate", "layout", "--log", "log.dsjson"],
        ["simulate", "layout", "--verbose"],
    ],
)
def test_what_holds_one_action_a_visit_is_refused(arguments: list[str]) -> None:
    """In one line, with exit code 2."""
    ended = command(*arguments)

    assert ended.code == 2
    (line,) = ended.err.splitlines()
    assert "one action a visit" in line


@pytest.mark.parametrize(
    ("number", "key", "value", "says"),
    [
        (1, "id", "top", "slots: expected every id once, got 'top' 2 times"),
        (1, "baseline", "election", "slots: expected every baseline once, got 'election' 2 times"),
        (0, "baseline", "weather", r"slots\[0\].baseline: expected actions of this file .*weather"),
        (0, "excluded", ["weather"], r"slots\[0\].excluded: expected actions of this file"),
        (0, "by_action", {"weather": 1}, r"slots\[0\].by_action: expected actions of this file"),
        (2, "excluded", ["recipe"], r"slots\[2\].excluded: expected another action than"),
        (0, "attention", 1.5, r"slots\[0\].attention: expected less than or equal to 1, got 1.5"),
    ],
)
def test_mistakes_in_slots_are_named(number: int, key: str, value: object, says: str) -> None:
    """Key, value and expectation."""
    slots = [slot.model_dump(exclude_unset=True) for slot in LAYOUT.slots]
    slots[number][key] = value

    with pytest.raises(ScenarioInvalid, match=says):
        with_parameters(LAYOUT, {"slots": slots})


def test_slots_want_actions_that_are_always_there_and_a_page_wants_slots() -> None:
    """Both are told."""
    with pytest.raises(ScenarioInvalid, match="slots: expected actions that are always there"):
        with_parameters(LAYOUT, {"actions": _coming_and_going()})
    with pytest.raises(ScenarioInvalid, match="page: expected slots in the same file"):
        with_parameters(LAYOUT, {"slots": []})


def _coming_and_going() -> list[dict[str, object]]:
    first, *others = (action.model_dump(exclude_unset=True) for action in LAYOUT.actions)
    return [{**first, "since": "1h"}, *others]
