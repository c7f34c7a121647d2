"""Whole pages and their slots, where what they are worth is known."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.random import default_rng

from mock_service.dsjson.reader import read_log
from mock_service.evaluation.page_log import collect_with_pages
from mock_service.evaluation.pages import PagesEvaluation, PageValue, PolicyOnPages, evaluate_pages
from mock_service.evaluation.policies import BASELINE, Policy, custom_policy, default_policies
from tests.helpers.field_logs import Line, page_lines, to_log

SLOTS, ACTIONS = 2, 3
WORTH = ((0.7, 0.4, 0.1), (0.1, 0.3, 0.6))
"""What each action earns in each slot, whatever is shown in the other."""


def timestamp(number: int) -> str:
    """Return a moment a second after that of the number before."""
    return f"2026-01-05T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"


def lines(count: int, seed: int, uneven: float = 0.5) -> Iterator[Line]:
    """Yield pages whose first slot shows action 0 with probability `uneven`; others are even."""
    rng = default_rng(seed)
    first = [uneven, (1 - uneven) / 2, (1 - uneven) / 2]
    for number in range(count):
        left, outcomes, shares = list(range(ACTIONS)), [], np.array(first)
        for slot in range(SLOTS):
            chosen = int(rng.choice(left, p=shares))
            order = [chosen, *(index for index in left if index != chosen)]
            reward = float(rng.random() < WORTH[slot][chosen])
            outcomes.append(
                {
                    "_label_cost": 0.0 - reward,
                    "_a": order,
                    "_p": [float(shares[left.index(index)]) for index in order],
                    "_o": [],
                }
            )
            left.remove(chosen)
            shares = np.full(len(left), 1 / len(left))
        yield {
            "Timestamp": timestamp(number),
            "EventId": f"e{number}",
            "c": {
                "FromUrl": [{"k": 1}],
                "_multi": [{"_tag": str(index), "j": [{"is": index}]} for index in range(ACTIONS)],
                "_slots": [{"_id": str(slot), "sj": [{"at": slot}]} for slot in range(SLOTS)],
            },
            "_outcomes": outcomes,
            "VWState": {"m": "N/A"},
        }


def judge(log: list[Line], *policies: Policy) -> tuple[PagesEvaluation, dict[str, PolicyOnPages]]:
    """Return what the pages of a log say of the default policies and others."""
    _, pages = collect_with_pages(read_log(to_log(log)))
    assert pages is not None
    found = evaluate_pages(pages, [*default_policies(), *policies])
    return found, {one.policy.name: one for one in found.policies}


def holds(value: PageValue, truth: float) -> bool:
    """Return whether an interval holds the truth."""
    found = value.mean_reward
    return found.low is not None and found.high is not None and found.low <= truth <= found.high


BY_LOT = sum(map(np.mean, WORTH))
"""Each action comes to each slot as often."""
IN_ORDER = WORTH[0][0] + WORTH[1][1]
"""The baseline shows the actions in their order."""


@pytest.mark.slow
def test_intervals_of_pages_and_slots_hold() -> None:
    """At least 92 in 100 of each kind that is spoken of, over 200 logs explored unevenly."""
    held: dict[str, list[bool]] = {}
    for seed in range(200):
        _, found = judge(list(lines(300, seed)))
        for name, truths in (
            ("BaselineRand", (BY_LOT, *(float(np.mean(slot)) for slot in WORTH))),
            ("Baseline1", (IN_ORDER, WORTH[0][0], WORTH[1][1])),
        ):
            values = (found[name].per_decision, *found[name].slots)
            for number, (value, truth) in enumerate(zip(values, truths, strict=True)):
                if not value.overlap.is_insufficient:
                    held.setdefault(f"{name} {number}", []).append(holds(value, truth))

    assert len(held) == 6
    assert {name: np.mean(one) for name, one in held.items() if np.mean(one) < 0.92} == {}


PAIRS = ((0.7, 0.2), (0.3, 0.5), (0.4, 0.1), (0.2, 0.6))
"""What each of two actions earns in a slot that no other slot shares them with."""


def test_weights_of_the_pseudo_inverse_grow_with_the_slots_and_others_with_their_product() -> None:
    """Four slots with two actions of their own each; both estimators have the truth."""
    _, found = judge([page_of_pairs(number, default_rng(number)) for number in range(2000)])

    one, truth = found["Baseline1"], sum(pair[0] for pair in PAIRS)
    assert holds(one.pseudo_inverse, truth)
    assert holds(one.per_decision, truth)
    assert one.pseudo_inverse.overlap.largest_weight == 1 + len(PAIRS)
    assert one.per_decision.overlap.largest_weight == 2 ** len(PAIRS)
    assert one.pseudo_inverse.overlap.effective > 2 * one.per_decision.overlap.effective


def page_of_pairs(number: int, rng: np.random.Generator) -> Line:
    """Return a page whose slots have two actions each, explored evenly."""
    (line,) = lines(1, number)
    line["EventId"], line["_ba"] = f"e{number}", [2 * slot for slot in range(len(PAIRS))]
    line["Timestamp"] = timestamp(number)
    line["c"]["_multi"] = [{"j": [{"is": index}]} for index in range(2 * len(PAIRS))]
    line["c"]["_slots"], line["_outcomes"] = [], []
    for slot, worth in enumerate(PAIRS):
        chosen = int(rng.integers(2))
        line["c"]["_slots"].append({"_id": str(slot), "_inc": [2 * slot, 2 * slot + 1]})
        line["_outcomes"].append(
            {
                "_label_cost": 0.0 - float(rng.random() < worth[chosen]),
                "_a": [2 * slot + chosen, 2 * slot + 1 - chosen],
                "_p": [0.5, 0.5],
                "_o": [],
            }
        )
    return line


def test_the_baseline_of_every_slot_is_what_the_log_says() -> None:
    """The second action on top, which always earns 1, and the first one beside it."""
    _, found = judge(list(page_lines(400)))

    assert found["Baseline1"].slots[0].mean_reward.value == 1.0
    assert found["Baseline1"].per_decision.mean_reward.value == 1.0


def test_a_policy_that_learns_fills_pages_slot_by_slot() -> None:
    """It finds the best action for each place, and earns more than the log by the whole page."""
    greedy = custom_policy("greedy", "--ccb_explore_adf --epsilon 0.0 --cb_type mtr -q ::")
    found, by_name = judge(list(lines(3000, 1, uneven=1 / 3)), greedy)

    best = by_name["greedy"].per_decision
    assert found.pages == 3000
    assert best.mean_reward.value == pytest.approx(1.3, abs=0.1)
    assert best.uplift.low is not None
    assert best.uplift.low > 0
    assert "Baseline1" not in found.worse


def test_pages_of_which_a_slot_is_not_labelled_are_counted_and_left_out() -> None:
    """Their first slot is still judged by itself."""
    log = list(lines(200, 4))
    del log[7]["_outcomes"][1]["_label_cost"]

    logged, pages = collect_with_pages(read_log(to_log(log)))

    assert pages is not None
    assert (len(logged), pages.left_out, int(pages.pages[-1]) + 1) == (200, 1, 199)


def test_a_log_without_pages_has_none() -> None:
    """Also one whose pages are all left out."""
    (line,) = lines(1, 4)
    del line["_outcomes"][1]["_label_cost"]

    assert collect_with_pages(read_log([json.dumps(line)]))[1] is None
    assert collect_with_pages(read_log([]))[1] is None


def test_a_slot_without_its_baseline_weighs_nothing_for_the_baseline() -> None:
    """Where an earlier slot took it, the application would have shown what is not logged."""
    log = list(page_lines(400))
    for line in log:
        line["_ba"] = [1, 1]

    _, found = judge(log)

    assert found[BASELINE.name].slots[1].overlap.mean_weight == 0.0
    assert found[BASELINE.name].per_decision.mean_reward.value is None
