"""Pages of slots: the same choices in process and over HTTP, and what came of each slot."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from mock_service.loop.configuration import Configuration
from mock_service.settings import LoopSettings, Settings
from mock_service.vowpal.presets import as_multi_slot, resolve_policy
from simulator.engine.run import Listeners
from simulator.errors import EndpointProblem, ScenarioInvalid
from simulator.model import Interaction
from simulator.report.summary import Summary
from simulator.scenario.catalogue import find_scenario
from simulator.scenario.load import with_parameters
from simulator.scenario.model import Scenario
from simulator.simulations import EndpointTarget, RunOptions, ceilings, simulate
from simulator.users.multi_slot import MultiSlotEnvironment
from tests.helpers.command_line import command
from tests.helpers.servers import served

LAYOUT = find_scenario("layout")
ROUNDS = 300
Events = list[tuple[str, tuple[int, ...]]]


def _run(
    target: LoopSettings | EndpointTarget, scenario: Scenario = LAYOUT, *, seed: int = 5
) -> tuple[Summary, Events]:
    seen: dict[str, list[int]] = {}

    def watch(interaction: Interaction) -> None:
        shown = interaction.recommendation.order[0]
        seen.setdefault(interaction.event_id, []).append(shown)

    summary = simulate(scenario, target, RunOptions(ROUNDS, seed), Listeners(watcher=watch))
    return summary, [(event_id, tuple(page)) for event_id, page in seen.items()]


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
    assert seen is not None
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
        assert one.viewed is not None
        assert other.viewed is not None
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


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_recorded_pages_come_again_just_as_they_were(tmp_path: Path, ending: str) -> None:
    """A line a slot, with pages that nobody looked at: replayed, they make the same record."""
    first, again = tmp_path / f"first.{ending}", tmp_path / f"again.{ending}"
    words = ["--rounds", "120", "--seed", "4", "--json"]
    made = json.loads(command("simulate", "layout", *words, "--record", str(first)).out)
    played = command("simulate", "--replay", str(first), "--json", "--record", str(again))
    same = json.loads(played.out)

    assert first.read_bytes() == again.read_bytes()
    assert len(first.read_text().splitlines()) == 3 * 120 + (ending == "csv")
    for name in ("rounds", "viewed", "mean_reward", "mean_value", "regret", "slots", "baselines"):
        assert made[name] == same[name]
    assert 0 < made["viewed"] < 120


def test_other_decisions_meet_the_same_readers(tmp_path: Path) -> None:
    """Replayed with a policy that explores more, the oracle earns what it earned."""
    record = tmp_path / "pages.jsonl"
    command("simulate", "layout", "--rounds", "100", "--record", str(record))
    words = ["--exploration", "1", "--rounds", "60", "--json"]
    other = json.loads(command("simulate", "--replay", str(record), *words).out)
    usual = json.loads(command("simulate", "layout", "--rounds", "60", "--json").out)

    assert other["rounds"] == 60
    assert other["baselines"] == usual["baselines"]
    assert other["slots"] != usual["slots"]


def test_pages_filled_over_http_are_recorded_without_probabilities(tmp_path: Path) -> None:
    """The service does not tell them; the record is replayed all the same."""
    policy = as_multi_slot(resolve_policy("quick"))
    record = tmp_path / "pages.jsonl"
    with served(Settings(loop=LoopSettings(policy=policy))) as endpoint:
        words = ["simulate", "layout", "--rounds", "30", "--record", str(record)]
        ended = command(*words, environment=endpoint.environment())
    lines = [json.loads(line) for line in record.read_text().splitlines()]

    assert ended.code == 0
    assert {len(line["ranking"]) for line in lines} == {0}
    assert command("simulate", "--replay", str(record)).code == 0


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (slice(0, 5), "expected whole pages, a line for each slot"),
        ([0, 1, 2, 4, 3, 5], "expected the same slots of each page"),
    ],
)
def test_a_record_without_whole_pages_is_refused(
    tmp_path: Path, lines: slice | list[int], problem: str
) -> None:
    """In one line, with exit code 2."""
    record = tmp_path / "pages.jsonl"
    command("simulate", "layout", "--rounds", "2", "--record", str(record))
    all_of_it = record.read_text().splitlines()
    kept = all_of_it[lines] if isinstance(lines, slice) else [all_of_it[n] for n in lines]
    record.write_text("\n".join(kept) + "\n")

    ended = command("simulate", "--replay", str(record))

    assert ended.code == 2
    assert problem in ended.err
    assert ended.err.count("\n") == 1


def test_every_slot_is_printed_for_those_who_ask() -> None:
    """With what it was chosen from."""
    shown = command("simulate", "layout", "--rounds", "1", "--verbose").out

    assert [line for line in shown.splitlines() if line.startswith("Slot: ")] == [
        "Slot: top",
        "Slot: side",
        "Slot: bottom",
    ]
    assert shown.count("Ranking probabilities:") == 3


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
