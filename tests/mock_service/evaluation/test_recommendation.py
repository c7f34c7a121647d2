"""The advice in words goes by the interval of the advantage, and by nothing else."""

import itertools

import pytest

from mock_service.evaluation.evaluator import OffPolicyEvaluator, Options
from mock_service.evaluation.logged_data import collect
from mock_service.evaluation.policies import BASELINE, ONLINE, RANDOM, Policy
from mock_service.evaluation.recommendation import verdict_in_words
from tests.mock_service.evaluation.test_policies import event

FAST = Options(with_model=False)


def words(first: float, second: float, policies: list[Policy], count: int = 300) -> list[str]:
    """Return what is said of a coin's throws between two actions of these rewards."""
    noise = itertools.cycle([0.01, -0.01, 0.0])
    log = collect(
        [
            event(chosen, reward + next(noise))
            for _ in range(count)
            for chosen, reward in ((0, first), (1, second))
        ]
    )
    return verdict_in_words(OffPolicyEvaluator(log, FAST).judge(policies))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (1.0, 0.2, "Apply Baseline1: it would have earned 1.0000"),
        (0.2, 1.0, "Keep the online policy: it earned 0.600 a decision, and every other"),
        (0.6, 0.6, "Keep the online policy for now: it earned 0.600"),
    ],
)
def test_the_advice_is_to_apply_what_is_surely_better(
    first: float, second: float, expected: str
) -> None:
    """To keep what is surely best, and to wait where neither is sure."""
    assert words(first, second, [ONLINE, BASELINE])[0].startswith(expected)


def test_the_gain_is_told_for_all_policies_together() -> None:
    """More candidates, more chances to look good by luck."""
    second = Policy("second", arguments="--cb_explore_adf --epsilon 0.1 -q ::")
    advice, *_ = words(1.0, 0.2, [ONLINE, BASELINE, second])

    assert "at 95% confidence, for all 2 policies together" in advice


def test_where_nothing_can_be_said_that_is_said() -> None:
    """A log of twenty decisions; both guards that speak are named."""
    advice, silence = words(1.0, 0.0, [ONLINE, BASELINE], count=10)

    assert advice.startswith("Nothing is recommended")
    assert silence.startswith("Nothing can be said about Baseline1: the log is worth 10 decisions")
    assert "24 are needed" in silence


def test_a_policy_that_acted_as_the_log_did_is_said_to_be_the_same() -> None:
    """Choosing by lot where the log did, too."""
    _, same = words(1.0, 0.2, [ONLINE, BASELINE, RANDOM])

    assert same == (
        "BaselineRand is the online policy here: every decision was made as it would have been."
    )


def test_the_online_policy_alone_needs_no_advice() -> None:
    """What it earned is in the table."""
    assert words(1.0, 0.0, [ONLINE]) == []
