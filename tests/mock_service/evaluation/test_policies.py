"""Judged policies act on logged decisions as they would have, had they been there."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mock_service.dsjson.event import LoggedDecision
from mock_service.errors import LearningPolicyInvalid, ModelInvalid
from mock_service.evaluation.evaluator import OffPolicyEvaluator, Options
from mock_service.evaluation.logged_data import LoggedData, collect
from mock_service.evaluation.policies import (
    BASELINE,
    ONLINE,
    RANDOM,
    Policy,
    custom_policy,
    evaluate_policy,
    exported_model,
)
from mock_service.evaluation.recommendation import verdict_in_words
from mock_service.loop.decision import Action
from mock_service.vowpal.progressive_validation import train
from tests.helpers.logged_runs import logged_run

QUICK = "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"


def event(chosen: int, reward: float, count: int = 2, context: str = "[]") -> LoggedDecision:
    """Return a logged decision among `count` equally likely actions."""
    actions = tuple(Action(str(n), f'[{{"kind":"k{n}"}}]') for n in range(count))
    others = [n for n in range(count) if n != chosen]
    return LoggedDecision(
        event_id="e",
        at=None,
        context=context,
        actions=actions,
        order=(chosen, *others),
        probabilities=(1 / count,) * count,
        cost=-reward,
        propensity=1 / count,
    )


def logged(*events: LoggedDecision) -> LoggedData:
    """Return a log in columns."""
    return collect(events)


def test_the_simple_policies_act_as_their_names_say() -> None:
    """Over decisions of two and three actions."""
    log = logged(event(1, 1.0), event(2, 0.0, count=3))

    assert evaluate_policy(BASELINE, log).probabilities.tolist() == [[1, 0, 0], [1, 0, 0]]
    assert evaluate_policy(RANDOM, log).probabilities[1].tolist() == pytest.approx([1 / 3] * 3)
    assert evaluate_policy(RANDOM, log).probabilities[0].tolist() == [0.5, 0.5, 0]
    assert evaluate_policy(ONLINE, log).of_logged(log).tolist() == pytest.approx([1 / 2, 1 / 3])


def test_no_event_is_judged_by_a_model_that_has_seen_it() -> None:
    """The first event is blind choice; a change of the last reward changes nothing before it."""
    run = logged_run("news", 300, seed=1).events
    changed = [*run[:-1], replace(run[-1], cost=-run[-1].cost)]

    ours, theirs = (
        evaluate_policy(Policy("p", arguments=QUICK), logged(*log)) for log in (run, changed)
    )

    assert ours.probabilities[0].tolist() == pytest.approx([0.2] * 5)
    assert np.array_equal(ours.probabilities, theirs.probabilities)
    assert ours.probabilities[200:].max() == pytest.approx(0.84)


def test_learning_again_from_its_own_log_a_policy_acts_as_it_did() -> None:
    """Decision for decision: what the loop did live is what replaying it says."""
    log = logged(*logged_run("news", 400, seed=2).events)

    again = evaluate_policy(custom_policy("again", "quick"), log)

    assert again.of_logged(log) == pytest.approx(log.propensities, abs=1e-6)


def test_an_exported_model_acts_without_learning(tmp_path: Path) -> None:
    """With the exploration that is written into it."""
    log = logged(*[event(1, 1.0), event(0, 0.0)] * 50)
    model = train(log.events, QUICK)
    path = tmp_path / "model.vw"
    path.write_bytes(model.snapshot())
    model.close()

    acted = evaluate_policy(exported_model(path), log)

    assert acted.probabilities == pytest.approx(np.tile([0.1, 0.9], (100, 1)), abs=1e-6)


@pytest.mark.parametrize("content", [None, b""])
def test_a_model_that_is_none_is_refused(content: bytes | None, tmp_path: Path) -> None:
    """A missing file, and one of a loop that never learned."""
    path = tmp_path / "model.vw"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ModelInvalid, match=r"model\.vw"):
        exported_model(path)


def test_a_model_that_does_not_work_is_refused(tmp_path: Path) -> None:
    """Tried in a process of its own, before it is let into this one."""
    model = train(logged(event(0, 1.0), event(1, 0.0)).events, QUICK)
    path = tmp_path / "model.vw"
    path.write_bytes(model.snapshot()[:-12] + struct.pack("<f", float("nan")) + b"\0" * 8)
    model.close()

    with pytest.raises(ModelInvalid, match="does not work"):
        exported_model(path)


@pytest.mark.parametrize("content", [b"not a model", b"\x06\x00\x00\x009.11.9"])
def test_a_file_that_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    """Before Vowpal Wabbit sees it."""
    path = tmp_path / "model.vw"
    path.write_bytes(content)

    with pytest.raises(ModelInvalid):
        exported_model(path)


def test_an_unsafe_policy_is_refused() -> None:
    """A policy's text may name no file."""
    with pytest.raises(LearningPolicyInvalid, match="--invert_hash"):
        custom_policy("p", "--cb_explore_adf --invert_hash /tmp/x")


def test_a_multi_slot_policy_is_judged_as_the_policy_of_its_first_slot() -> None:
    """Later slots choose among what earlier ones left over."""
    assert custom_policy("p", "--ccb_explore_adf -q ::").arguments == "--cb_explore_adf -q ::"


def test_a_policy_that_overlaps_too_little_is_said_to() -> None:
    """Forty decisions are worth at most forty."""
    second = Policy("second", arguments="--cb_explore_adf --first 0 --epsilon 0.0")
    verdicts = OffPolicyEvaluator(logged(*[event(1, 1.0)] * 40)).judge([BASELINE, second])

    assert verdicts[0].overlap.effective == 0
    assert verdicts[0].overlap.is_insufficient
    assert [one.best_estimate.value for one in verdicts] == [None, None]
    assert [one.uplift.value for one in verdicts] == [None, None]
    words = verdict_in_words(verdicts)
    assert words[0].startswith("Nothing is recommended")
    assert words[1].startswith("Nothing can be said about Baseline1: the log is worth 0 decisions")


def test_propensities_that_cannot_be_right_are_said_to_be_wrong() -> None:
    """A log that always takes the second action, and calls that a coin's throw."""
    (verdict,) = OffPolicyEvaluator(logged(*[event(1, 1.0)] * 400)).judge(
        [Policy("second", arguments="--cb_explore_adf --first 0 --epsilon 0.0")]
    )

    assert any("should average 1" in warning for warning in verdict.overlap.warnings)


def test_weights_are_cut_where_one_asks_for_it() -> None:
    """And counted; the weights before that are reported."""
    log = logged(*[event(0, 1.0, count=10), event(1, 0.0, count=10)] * 100)

    (verdict,) = OffPolicyEvaluator(log, Options(clip=4.0, with_model=False)).judge([BASELINE])

    assert (verdict.overlap.clipped, verdict.overlap.largest_weight) == (100, 10.0)
    assert verdict.estimates[verdict.best].value == pytest.approx(1.0)
    assert verdict.estimates[verdict.best.IPS].value == pytest.approx(2.0)


def test_traffic_leaves_out_what_says_nothing() -> None:
    """Skipped events, impossible propensities; the rest by time."""
    log = collect(
        [
            replace(event(0, 1.0), skip_learn=True),
            replace(event(0, 1.0), propensity=0.0),
            replace(event(0, 1.0), propensity=1.5),
            event(0, 0.25),
        ]
    )

    assert (len(log), log.skipped, log.unusable) == (1, 1, 2)
    assert log.rewards.tolist() == [0.25]
