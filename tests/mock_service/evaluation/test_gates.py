"""Gates: a pipeline goes on only where the log shows that it may."""

import pytest

from mock_service.dsjson.reader import read_log
from mock_service.errors import EvaluationOptionsInvalid
from mock_service.evaluation.evaluate_log import evaluate_log
from mock_service.evaluation.evaluator import Options, PolicyEvaluation
from mock_service.evaluation.gates import parse_gate
from mock_service.evaluation.logged_data import collect
from mock_service.evaluation.policies import BASELINE, ONLINE, custom_policy
from tests.helpers.field_logs import online_lines, to_log


@pytest.fixture(scope="module")
def verdicts() -> tuple[PolicyEvaluation, ...]:
    """Return what is known of a log whose second action is better, online earning about 0.4."""
    logged = collect(read_log(to_log(online_lines(2000))))
    greedy = custom_policy("greedy", "--cb_explore_adf --epsilon 0 --cb_type mtr -q ::")
    return evaluate_log(logged, [ONLINE, BASELINE, greedy], Options()).verdicts


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("greedy>online", True),
        ("greedy >= 0.1", True),
        ("greedy>=0.3", False),
        ("Baseline1>online", False),
        ("Baseline1>=-0.5", True),
        ("online>=0.3", True),
        ("online>0.5", False),
    ],
)
def test_a_gate_opens_where_the_interval_shows_it(
    verdicts: tuple[PolicyEvaluation, ...], text: str, *, is_shown: bool
) -> None:
    """By its lower end, and says by what."""
    gate = parse_gate(text)

    assert gate.is_shown(verdicts) is is_shown
    assert f"gate {text}: {'shown' if is_shown else 'not shown'}, " in gate.describe(verdicts)


def test_what_the_log_does_not_show_opens_no_gate() -> None:
    """However good it looks."""
    logged = collect(read_log(to_log(online_lines(40))))
    verdicts = evaluate_log(logged, [ONLINE, BASELINE], Options(with_model=False)).verdicts
    gate = parse_gate("Baseline1>=-1")

    assert not gate.is_shown(verdicts)
    assert "the log says nothing about it" in gate.describe(verdicts)


@pytest.mark.parametrize(
    "text", ["", "quick", "quick<online", "online>online", "quick>=soon", "a>=1.2.3"]
)
def test_a_gate_that_says_nothing_is_refused(text: str) -> None:
    """With what was expected."""
    with pytest.raises(EvaluationOptionsInvalid, match="--gate: expected NAME>online"):
        parse_gate(text)


def test_a_gate_about_an_unknown_policy_is_refused(
    verdicts: tuple[PolicyEvaluation, ...],
) -> None:
    """With the names there are."""
    with pytest.raises(EvaluationOptionsInvalid, match="expected one of online, Baseline1, greedy"):
        parse_gate("quick>online").is_shown(verdicts)
