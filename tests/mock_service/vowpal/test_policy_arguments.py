"""Which learning policies may reach Vowpal Wabbit."""

import pytest

from mock_service.errors import LearningPolicyInvalid
from mock_service.vowpal.policy_arguments import is_plain_epsilon_greedy
from mock_service.vowpal.presets import (
    PRESETS,
    as_multi_slot,
    find_epsilon,
    resolve_policy,
    with_exploration,
)

SAFE = "--cb_explore_adf --epsilon 0.2"


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_found_by_name_and_is_safe_itself(preset: str) -> None:
    """Its arguments pass the list that strangers' policies must pass."""
    arguments = resolve_policy(preset)

    assert resolve_policy(arguments) == arguments


@pytest.mark.parametrize(
    "option",
    [
        "-f model.vw",
        "--final_regressor model.vw",
        "--final_regressor=model.vw",
        "-i model.vw",
        "-d data.txt",
        "-p predictions.txt",
        "-r raw.txt",
        "--cache_file data.cache",
        "--readable_model model.txt",
        "--invert_hash model.txt",
        "--daemon",
        "--port 8080",
        "--extra_metrics metrics.json",
        "--feature_mask mask.vw",
        "--dictionary words:file.txt",
        "--audit",
        "--json",
        "--passes 100",
        "-b 60",
        "-q /etc/passwd",
        "--epsilon",
        "--epsilon none",
        "stray",
        "'unclosed",
        "--cats 4",
        "-q " + "a" * 3000,
    ],
)
def test_an_option_off_the_list_is_refused(option: str) -> None:
    """Nothing that names a file, listens, prints or eats the memory."""
    with pytest.raises(LearningPolicyInvalid):
        resolve_policy(f"{SAFE} {option}")


def test_a_policy_must_be_a_contextual_bandit() -> None:
    """The message is the service's own."""
    with pytest.raises(LearningPolicyInvalid, match="must contain --cb_explore_adf"):
        resolve_policy("--epsilon 0.1")


def test_an_unknown_preset_is_answered_with_the_known_ones() -> None:
    """So that a slip of the pen is corrected at a glance."""
    with pytest.raises(LearningPolicyInvalid, match="quick, azure"):
        resolve_policy("quik")


@pytest.mark.parametrize("written", ["--epsilon 0.2", "--epsilon=0.2"])
def test_exploration_replaces_the_epsilon_of_a_policy(written: str) -> None:
    """However it is written."""
    changed = with_exploration(f"--cb_explore_adf {written} -q ::", 0.5)

    assert changed == f"--cb_explore_adf {written[:-3]}0.5 -q ::"


@pytest.mark.parametrize("name", ["F--epsilon=x", "F--epsilon", "x--cb_explore_adf", "F=--cover"])
def test_a_namespace_may_be_called_like_an_option(name: str) -> None:
    """It is no option where the exploration is read or set, nor where slots are made of it."""
    policy = f"--cb_explore_adf --ignore {name} --epsilon 0.2"

    assert resolve_policy(policy) == policy
    assert find_epsilon(policy) == 0.2
    assert with_exploration(policy, 0.5) == f"--cb_explore_adf --ignore {name} --epsilon 0.5"
    assert as_multi_slot(policy) == f"--ccb_explore_adf --ignore {name} --epsilon 0.2"
    assert find_epsilon(f"--cb_explore_adf --ignore {name}") is None
    assert is_plain_epsilon_greedy(policy)
