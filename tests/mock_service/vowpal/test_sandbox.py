"""A policy or a model is tried in a process of its own before it may answer."""

import json
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from mock_service.errors import LearningPolicyInvalid, ModelInvalid
from mock_service.vowpal.crossings import parse_crossings
from mock_service.vowpal.learners import open_model
from mock_service.vowpal.model_file import check_header, read_header
from mock_service.vowpal.policy_arguments import parse_options
from mock_service.vowpal.presets import PRESETS
from mock_service.vowpal.sandbox import MAX_TRIALS, try_model, try_policy
from tests.mock_service.vowpal.test_model import context, decision

QUICK = PRESETS["quick"].arguments
SLOTS = "--ccb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"


def trained(arguments: str = QUICK) -> bytes:
    """Return a model that learned a little."""
    rng = np.random.default_rng(1)
    model = open_model(arguments)
    for _ in range(50):
        model.learn(decision(context(rng), int(rng.integers(5)), 0.2), float(rng.random()))
    return model.snapshot()


@pytest.mark.parametrize("arguments", [*[p.arguments for p in PRESETS.values()], SLOTS])
def test_a_good_policy_and_its_model_pass(arguments: str) -> None:
    """Every preset, and a multi-slot policy."""
    try_policy(arguments)
    try_model(arguments, trained(arguments))


@pytest.mark.parametrize(
    "options", ["--epsilon 7", "--rnd 3 --cover 2", "-q : -q x", "--cb_type sm --cover 3"]
)
def test_a_policy_vowpal_wabbit_cannot_work_with_is_refused(options: str) -> None:
    """Though every word of it is on the list."""
    with pytest.raises(LearningPolicyInvalid, match="does not work with"):
        try_policy(f"--cb_explore_adf {options}")


def test_a_header_says_what_the_model_is() -> None:
    """Version, bits, options, size and digest."""
    model = trained()
    header = read_header(model)

    assert (header.version, header.bits, header.size) == ("9.11.9", 18, len(model))
    assert "--cb_explore_adf" in header.arguments
    assert len(header.digest) == 64


@pytest.mark.parametrize("content", [b"", b"model", b"\0" * 100, b"\xff" * 100, trained()[:40]])
def test_what_is_no_model_is_refused_by_its_header(content: bytes) -> None:
    """Before Vowpal Wabbit sees it."""
    with pytest.raises(ModelInvalid, match="no Vowpal Wabbit model"):
        check_header(content)


@pytest.mark.parametrize("option", ["--invert_hash /tmp/x", "--final_regressor=x", "--daemon"])
def test_a_model_cannot_bring_options_of_its_own(option: str) -> None:
    """Vowpal Wabbit would obey them: it writes files wherever a model's header says."""
    model = trained()
    text = read_header(model).arguments
    start = model.index(text.encode()) - 1
    smuggled = f" {text} {option}\0".encode()
    length = struct.pack("<I", len(smuggled))
    crafted = model[: start - 4] + length + smuggled + model[start + len(text) + 2 :]

    assert option in read_header(crafted).arguments
    with pytest.raises(ModelInvalid, match="the model's own options are refused"):
        try_model(QUICK, crafted)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_model_with_one_weight_that_is_no_number_is_refused(number: float) -> None:
    """Even one that no trial would have asked for."""
    model = trained()

    with pytest.raises(ModelInvalid, match="no finite numbers"):
        try_model(QUICK, model[:-12] + struct.pack("<f", number) + model[-8:])


def test_a_model_of_another_kind_is_refused() -> None:
    """A multi-slot model does not answer single-slot ranks, nor the other way round."""
    with pytest.raises(ModelInvalid):
        try_model(SLOTS, trained())
    with pytest.raises(ModelInvalid):
        try_model(QUICK, trained(SLOTS))


@pytest.mark.parametrize("policy", ["three-way", "context-pair-action"])
def test_a_model_that_crosses_more_than_the_policy_is_refused(policy: str) -> None:
    """Vowpal Wabbit would obey its header, and the loop's bounds go by the policy."""
    model = trained(PRESETS[policy].arguments)

    try_model(PRESETS[policy].arguments, model)
    with pytest.raises(ModelInvalid, match="crosses features that the loop's learning policy"):
        try_model(QUICK, model)


def test_a_model_that_crosses_features_twice_is_refused() -> None:
    """Pairs in both orders are up to twice as many as the loop's bounds have counted."""
    twice = f"{QUICK} --leave_duplicate_interactions"

    assert parse_crossings(parse_options(twice)).includes(parse_crossings(parse_options(QUICK)))
    assert not parse_crossings(parse_options(QUICK)).includes(parse_crossings(parse_options(twice)))


def test_so_many_trials_run_at_once_whoever_asks() -> None:
    """Each may use two gigabytes; the others wait for their turn."""
    policies = [f"{QUICK} --hash_seed {n}" for n in range(2 * MAX_TRIALS + 1)]
    with ThreadPoolExecutor(len(policies)) as threads:
        trials = [threads.submit(try_policy, policy) for policy in policies]
        most = 0
        while not all(trial.done() for trial in trials):
            most = max(most, _count_trials())

    assert 1 <= most <= MAX_TRIALS


def _count_trials() -> int:
    """Return how many processes of this one try a policy."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            is_ours = int(parent) == os.getpid()
            found += is_ours and b"sandbox_process" in (process / "cmdline").read_bytes()
    return found


def test_a_model_cut_or_changed_anywhere_in_its_header_is_refused_or_works() -> None:
    """Whatever its lengths and options then say."""
    model = trained()
    length = len(model) - 4 * len(model) // 5
    for index in range(0, min(length, 300), 3):
        for damaged in (model[:index], model[:index] + b"\xff" + model[index + 1 :]):
            with suppress(ModelInvalid):
                check_header(damaged)


def test_features_beyond_all_measure_do_not_reach_other_users() -> None:
    """One poisoned event leaves everybody else's probabilities as they were."""
    for arguments in [preset.arguments for preset in PRESETS.values()]:
        model = open_model(arguments)
        for n in range(400):
            model.learn(decision('[{"u":"a"}]', n % 5, 0.2), 1.0 if n % 5 == 2 else 0.0)
        before = model.predict('[{"u":"a"}]', decision("[]", 0, 0.2).actions)
        for poison in ({"x": 1e38}, {"x": -1e38, "y": 1e38}, {"ns": {"z": 1e308}}):
            model.learn(decision(json.dumps([poison]), 0, 0.001), 1.0)
        after = model.predict('[{"u":"a"}]', decision("[]", 0, 0.2).actions)

        assert after.order[0] == before.order[0] == 2
        assert after.probabilities == pytest.approx(before.probabilities, abs=0.02)
