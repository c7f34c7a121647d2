"""Pages of several slots, compared: whole pages, each slot, and what the best page is."""

import csv
import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from personalizer_lab import LearningPolicyInvalid, compare, simulate
from simulator.scenario.catalogue import find_scenario
from simulator.users.multi_slot import MultiSlotEnvironment
from tests.helpers.command_line import command

_RATES = {"exploration": [0, 0.1, 0.3]}
_SLOTS = ["top", "side", "bottom"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compare three rates on pages, in a folder."""
    path = tmp_path_factory.mktemp("pages")
    compare("layout", _RATES, seeds=3, rounds=600, out=path)
    return path


def test_a_comparison_of_pages_has_all_that_one_of_actions_has(folder: Path) -> None:
    """A verdict, rows, a page with pictures; and a picture of each slot."""
    with (folder / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    summary = json.loads((folder / "summary.json").read_text())
    report = (folder / "report.html").read_text()

    assert len(rows) == 9
    assert summary["verdict"]
    assert "Where each action stood" in report
    assert "Slot by slot" in report
    assert {path.stem for path in folder.glob("slot-*.png")} == {
        f"slot-{number}-{name}" for number, name in enumerate(_SLOTS, 1)
    }


def test_two_workers_make_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """As of any comparison."""
    compare("layout", _RATES, seeds=3, rounds=600, workers=2, out=tmp_path)

    assert (tmp_path / "results.csv").read_bytes() == (folder / "results.csv").read_bytes()


def test_a_pages_figures_are_the_sums_of_its_slots() -> None:
    """Value, reward and regret; and no page shows an action twice."""
    compared = compare("layout", _RATES, seeds=2, rounds=400)
    for run in [run for runs in compared.findings.metrics for run in runs]:
        assert [slot.id for slot in run.slots] == _SLOTS
        assert sum(slot.mean_value for slot in run.slots) == pytest.approx(run.mean_value)
        assert sum(slot.mean_reward for slot in run.slots) == pytest.approx(run.mean_reward)
        assert sum(slot.regret for slot in run.slots) == pytest.approx(run.regret / run.rounds)
        assert [sum(slot.shown) for slot in run.slots] == [400] * 3
        assert max(map(sum, zip(*(slot.shown for slot in run.slots), strict=True))) <= 400


def test_the_best_page_is_the_best_of_all_pages() -> None:
    """Each visit's, by trying every page there is."""
    scenario = find_scenario("layout")
    (block,) = MultiSlotEnvironment(scenario, seed=1).blocks(200)
    allowed = [
        [index for index, id_ in enumerate(scenario.action_ids) if id_ not in slot.excluded]
        for slot in scenario.slots
    ]
    pages = np.array(
        [
            page
            for page in permutations(range(len(scenario.actions)), len(scenario.slots))
            if all(action in there for action, there in zip(page, allowed, strict=True))
        ]
    )
    worth = np.sum(
        [slot.expected_values[:, pages[:, number]] for number, slot in enumerate(block.slots)],
        axis=0,
    )

    compared = compare("layout", {"exploration": [0, 1]}, seeds=2, rounds=200)

    best = float(np.mean(worth.max(axis=1) * block.viewed))
    assert compared.findings.metrics[0][0].best_value == pytest.approx(best, abs=1e-9)


def test_what_is_favoured_on_a_page_is_known() -> None:
    """Without exploration a policy shows what it favours; with it, that costs something."""
    none, much = compare("layout", {"exploration": [0, 0.5]}, seeds=5, rounds=500).results

    assert none.exploration_cost is not None
    assert much.exploration_cost is not None
    assert abs(none.exploration_cost.estimate) < 0.01
    assert much.exploration_cost.low > 0.05


def test_a_rate_is_advised_for_pages() -> None:
    """As for actions."""
    advised = compare("layout", seeds=5, rounds=200, advise="exploration")

    assert advised.advice is not None
    assert advised.verdict


def test_a_policy_in_python_is_refused_for_pages() -> None:
    """In one line that says what it is for."""
    with pytest.raises(LearningPolicyInvalid, match="for pages of one slot"):
        compare("layout", {"policy": ["quick", "python:mine.py:Mine"]}, seeds=2, rounds=10)


def test_the_log_of_pages_says_what_each_slot_earned(tmp_path: Path) -> None:
    """Evaluate finds the online values of the run in it, slot by slot."""
    log = tmp_path / "layout.dsjson"
    summary = simulate("layout", rounds=1000, seed=2, exploration=0.3, log=log).summary

    judged = json.loads(command("evaluate", str(log), "--json", "--quiet", "--fast").out)
    online = next(one for one in judged["pages"]["policies"] if one["name"] == "online")

    assert judged["pages"]["pages"] == summary.viewed
    for slot, found in zip(summary.slots, online["slots"], strict=True):
        earned = found["mean_reward"]["value"] * summary.viewed / summary.rounds
        assert earned == pytest.approx(slot.mean_reward, abs=1e-5)
