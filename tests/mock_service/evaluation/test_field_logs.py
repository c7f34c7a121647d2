"""Logs from the field: what was earned, what stands in a line, and where nothing is known."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from mock_service.dsjson.reader import LineKind, read_log
from mock_service.evaluation.evaluate_log import evaluate_log
from mock_service.evaluation.evaluator import Options, PolicyEvaluation
from mock_service.evaluation.logged_data import collect
from mock_service.evaluation.policies import Policy, custom_policy, default_policies
from mock_service.evaluation.recommendation import verdict_in_words
from tests.helpers.field_logs import (
    Line,
    apprentice_lines,
    decision_line,
    logging_only_lines,
    online_lines,
    page_lines,
    text_lines,
    thinned_lines,
    to_log,
)

GREEDY = custom_policy("greedy", "--cb_explore_adf --epsilon 0 --cb_type mtr -q ::")


def judge(
    lines: Iterable[Line], *policies: Policy, fast: bool = True
) -> dict[str, PolicyEvaluation]:
    """Return what is known about the usual policies, and these, by name."""
    logged = collect(read_log(to_log(lines)))
    options = Options(with_model=not fast)
    study = evaluate_log(logged, [*default_policies(), *policies], options)
    return {one.policy.name: one for one in study.verdicts}


def ips(evaluation: PolicyEvaluation) -> float:
    """Return what a policy is estimated to earn by inverse propensities."""
    value = evaluation.estimates[evaluation.best.IPS].value
    assert value is not None
    return value


def test_in_apprentice_mode_users_are_shown_the_first_action_for_sure() -> None:
    """What they gave for it is what was earned, and the baseline is the same policy."""
    lines = list(apprentice_lines())
    found = judge(lines)
    earned = sum(-line["_original_label_cost"] for line in lines) / len(lines)

    assert ips(found["online"]) == ips(found["Baseline1"]) == pytest.approx(earned)
    assert found["Baseline1"].overlap.is_same
    words = verdict_in_words(list(found.values()))
    assert words[0].startswith("Nothing is recommended")
    assert words[1].startswith("Baseline1 is the online policy here")


def test_a_log_of_a_loop_that_only_logged_is_judged_by_what_was_shown() -> None:
    """The model's probabilities are of nothing that happened."""
    lines = list(logging_only_lines())
    found = judge(lines)

    assert found["Baseline1"].overlap.is_same
    assert ips(found["online"]) == pytest.approx(-sum(one["_label_cost"] for one in lines) / 300)


def test_a_log_that_changes_its_mode_midway_is_judged_line_by_line() -> None:
    """First the application's own choice, then the loop's."""
    first, second = list(apprentice_lines(300)), list(online_lines(300, start=300))
    logged = collect(read_log(to_log([*first, *second])))

    assert [one.propensity for one in logged.events[:295]] == [1.0] * 295
    assert [one.propensity for one in logged.events[305:]] == [0.5] * 295
    earned = sum(line["o"][0]["v"] for line in (*first, *second)) / 600
    assert logged.rewards.mean() == pytest.approx(earned)


def test_what_was_left_out_of_a_log_counts_in_learning_too() -> None:
    """The second action is better, although the first one's failures are mostly missing."""
    found = judge(thinned_lines(), GREEDY, fast=False)

    assert ips(found["online"]) == pytest.approx(0.6, abs=0.03)
    assert ips(found["greedy"]) == pytest.approx(0.7, abs=0.04)
    assert found["Baseline1"].overlap.mean_weight == pytest.approx(1.0, abs=0.06)


def test_the_baseline_of_a_page_is_what_the_application_would_have_shown() -> None:
    """Whatever stands first in the list of actions."""
    assert ips(judge(page_lines())["Baseline1"]) == pytest.approx(1.0)


def test_words_in_a_text_are_features() -> None:
    """As Vowpal Wabbit's reader of JSON makes them."""
    found = judge(text_lines(), GREEDY, fast=False)

    assert found["greedy"].estimates[found["greedy"].best].value == pytest.approx(0.88, abs=0.05)


def read(*changes: dict[str, object]) -> tuple[list[Any], dict[LineKind, int]]:
    """Return the events of a log of changed lines, and how many lines of a kind there are."""
    lines: list[Line] = [decision_line(n, 1, 1.0, **one) for n, one in enumerate(changes)]
    reader = read_log(to_log([{k: v for k, v in one.items() if v is not None} for one in lines]))
    return list(reader), {kind: count for kind, count in reader.counts.items() if count}


def test_actions_may_be_counted_from_0() -> None:
    """The label says which one was shown, however the list counts."""
    events, kinds = read({"a": [1, 0]}, {"a": [2, 1]}, {"a": [0, 1]})

    assert kinds == {LineKind.DECISION: 3}
    assert [(one.chosen, one.order) for one in events] == [(1, (1, 0))] * 3


def test_probabilities_and_labels_have_other_names_too() -> None:
    """``_p``, and labels in any case."""
    events, kinds = read(
        {"p": None, "_p": [0.5, 0.5]},
        {"_labelIndex": None, "_label_Action": None, "_label_action": 2, "_labelindex": 1},
        {"_label_cost": None, "_Label_Cost": -1.0},
    )

    assert kinds == {LineKind.DECISION: 3}
    assert {(one.chosen, one.reward, one.propensity) for one in events} == {(1, 1.0, 0.5)}


def test_a_page_may_lack_the_label_of_a_slot() -> None:
    """The other slots are events all the same; without the first, nothing is judged by."""
    second, first = next(page_lines()), next(page_lines())
    second["EventId"], first["EventId"] = "second", "first"
    del second["_outcomes"][1]["_label_cost"], first["_outcomes"][0]["_label_cost"]

    reader = read_log(to_log([second, first]))
    logged = collect(reader)

    assert reader.counts[LineKind.MULTI_SLOT] == 2
    assert (len(logged), logged.unusable) == (1, 1)


def test_what_ranks_no_actions_is_foreign_and_not_damaged() -> None:
    """A mark of a checkpoint, slates, a continuous action."""
    slates = {
        "_label_cost": 1.0,
        "c": {"_multi": [{"_slot_id": 0, "f": 1.0}], "_slots": [{"f": 1.0}]},
        "_outcomes": [{"_a": [0], "_p": [1.0]}],
    }
    lines = [
        "[CHECKPOINT INFO LINE]",
        json.dumps(slates),
        json.dumps({"_label_ca": {"cost": -0.5, "action": 185.0}, "c": {"x": 1}}),
        *to_log([decision_line(0, 1, 1.0)]),
    ]
    reader = read_log(lines)

    assert len(list(reader)) == 1
    assert reader.counts[LineKind.FOREIGN] == 3
    assert reader.counts[LineKind.DAMAGED] == 0


def test_an_event_that_stands_twice_counts_once() -> None:
    """Or every interval would be too narrow."""
    lines = to_log(online_lines(100))
    reader = read_log([*lines, *lines[:40]])

    assert len(list(reader)) == 100
    assert reader.counts[LineKind.REPEATED] == 40


def test_a_log_without_exploration_recommends_nothing_and_claims_nothing() -> None:
    """The action that was never shown may earn anything."""
    lines = [
        decision_line(n, 0, float(n % 3 == 0), _label_probability=1.0, p=[1.0, 0.0])
        for n in range(1000)
    ]
    found = judge(lines, GREEDY, custom_policy("lot", "--cb_explore_adf --epsilon 1"), fast=False)

    words = verdict_in_words(list(found.values()))
    assert words[0].startswith("Nothing is recommended")
    assert found["lot"].best_estimate.value is None
    assert any(one.startswith("Nothing can be said about BaselineRand: the imp") for one in words)
