"""Evaluations over time, in both shapes of the wire."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mock_service.errors import ApiError
from mock_service.evaluation.auto_optimization_rule import optimal_policy
from mock_service.evaluation.logged_data import LoggedData, collect
from mock_service.evaluation.policies import (
    BASELINE,
    ONLINE,
    Policy,
    PolicySource,
    evaluate_policy,
)
from mock_service.evaluation.windows import reward_series
from mock_service.rest.evaluation_series import SeriesQuery, evaluation_content, policy_results
from tests.mock_service.evaluation.test_policies import event

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
END = datetime(2026, 1, 6, tzinfo=UTC)


def log() -> LoggedData:
    """Return two decisions at noon, and one 16 minutes later; the first action wins twice."""
    timestamps = ((0, 1.0, 0), (1, 0.0, 2), (0, 0.5, 16))
    return collect(
        replace(event(chosen, reward), at=NOON + timedelta(minutes=minute))
        for chosen, reward, minute in timestamps
    )


def test_policy_results_hold_four_window_lengths_and_the_total() -> None:
    """Numerators, denominators and sums of squares; empty windows are zeros."""
    (result,) = policy_results([reward_series(evaluate_policy(BASELINE, log()), log())], END)

    windows = [one["aggregateTimeWindow"] for one in result["summary"]]
    assert windows == ["PT5M"] * 4 + ["PT1H", "PT6H", "P1D"]
    assert result["summary"][0] == {
        "timeStamp": "2026-01-05T12:00:00Z",
        "ipsEstimatorNumerator": 2.0,
        "ipsEstimatorDenominator": 2.0,
        "snipsEstimatorDenominator": 2.0,
        "aggregateTimeWindow": "PT5M",
        "nonZeroProbability": 1.0,
        "sumOfSquares": 4.0,
        "confidenceInterval": pytest.approx(1.96),
        "averageReward": 1.0,
    }
    assert result["summary"][1]["ipsEstimatorDenominator"] == 0
    assert result["summary"][1]["averageReward"] == 0
    total = result["totalSummary"]
    assert (total["timeStamp"], total["aggregateTimeWindow"]) == ("2026-01-06T00:00:00Z", "PT0S")
    assert (total["ipsEstimatorNumerator"], total["sumOfSquares"]) == (3.0, 5.0)
    reach = 1.96 * ((5.0 - 3.0**2 / 3) / 2 / 3) ** 0.5
    assert total["confidenceInterval"] == pytest.approx(reach)


def test_the_online_policy_is_known_and_not_estimated() -> None:
    """Its rows have no squares, and an interval of 0, as the service's do."""
    (result,) = policy_results([reward_series(evaluate_policy(ONLINE, log()), log())], END)

    total = result["totalSummary"]
    assert total.keys().isdisjoint({"nonZeroProbability", "sumOfSquares"})
    assert (total["confidenceInterval"], total["averageReward"]) == (0.0, 0.5)
    assert result["policySource"] == "Online"


def test_an_expanding_series_knows_more_with_every_step() -> None:
    """It ends at what the summary says."""
    content = evaluation_content(
        [reward_series(evaluate_policy(BASELINE, log()), log())], SeriesQuery(NOON, END)
    )

    (value,) = content["value"]
    rewards = [one["expectedReward"] for one in value["timeseries"]["data"]]
    assert content["intervalInMinutes"] == 5
    assert rewards == pytest.approx([1.0, 1.0])
    assert value["timeseries"]["data"][-1]["expectedReward"] == value["summary"]["expectedReward"]
    low, high = value["summary"]["confidenceInterval"]
    assert low < 1.0 < high


def test_a_rolling_series_has_a_window_for_each_step() -> None:
    """An hour holds all three decisions."""
    span = SeriesQuery(NOON, END, minutes=60, rolling=True)

    (value,) = evaluation_content([reward_series(evaluate_policy(BASELINE, log()), log())], span)[
        "value"
    ]

    (point,) = value["timeseries"]["data"]
    assert (point["timeStamp"], point["expectedReward"]) == ("2026-01-05T12:00:00Z", 1.0)


def test_the_newest_shape_has_no_windows_without_decisions_and_names_of_its_own() -> None:
    """As recorded: the two windows at noon and 15 minutes later, baseline1, and no slot."""
    content = evaluation_content(
        [reward_series(evaluate_policy(BASELINE, log()), log())], SeriesQuery(NOON, END)
    )

    (value,) = content["value"]
    times = [one["timeStamp"] for one in value["timeseries"]["data"]]
    assert times == ["2026-01-05T12:00:00Z", "2026-01-05T12:15:00Z"]
    assert (value["name"], value["slotId"]) == ("baseline1", "")


@pytest.mark.parametrize(("minutes", "rolling"), [(60, False), (5, True), (7, True)])
def test_a_step_that_does_not_go_with_its_window_is_refused(minutes: int, *, rolling: bool) -> None:
    """Five minutes expand, and all others roll."""
    with pytest.raises(ApiError, match="Expanding"):
        evaluation_content([], SeriesQuery(NOON, END, minutes, rolling))


@pytest.mark.parametrize(
    ("rewards", "optimal"), [((1.0, 0.0), "first"), ((0.0, 1.0), ""), ((0.5, 0.5), "")]
)
def test_a_policy_is_optimal_when_it_is_better_and_surely_so(
    rewards: tuple[float, float], optimal: str
) -> None:
    """Mean and lower bound above the online policy's."""
    decisions = collect([event(0, rewards[0]), event(1, rewards[1])] * 500)
    first = Policy("first", PolicySource.CUSTOM, "--cb_explore_adf --epsilon 0")
    acted = [
        evaluate_policy(ONLINE, decisions),
        replace(evaluate_policy(BASELINE, decisions), policy=first),
    ]

    assert optimal_policy([reward_series(one, decisions) for one in acted]) == optimal
