"""What a comparison says is what the runs show, and no more than they show."""

import numpy as np
import pytest
from numpy.typing import NDArray

from personalizer_lab import compare
from simulator.experiment.comparison import SettingResult
from simulator.experiment.statistics import critical_value, intervals, recommended_seeds
from simulator.report.notebook import Comparison

RATES = ("0", "0.05", "0.1", "0.2", "0.4", "1")


@pytest.fixture(scope="module")
def drift() -> Comparison:
    """Compare exploration rates where tastes change half-way: 20 seeds, 3,000 visits."""
    return compare("news-drift", {"exploration": RATES}, seeds=20, rounds=3000, workers=2)


def _result(comparison: Comparison, rate: str) -> SettingResult:
    return next(r for r in comparison.results if r.setting.level("exploration") == rate)


def test_the_best_rate_lies_between_getting_stuck_and_never_exploiting(drift: Comparison) -> None:
    """0 and 1 are far behind, and shown to be; the best is one of those between."""
    best = drift.best

    assert best.setting.level("exploration") in {"0.05", "0.1", "0.2"}
    for rate in ("0", "1"):
        assert not _result(drift, rate).contender
        assert _result(drift, rate).mean_value < best.mean_value - 0.2
    assert sum(result.best_probability or 0 for result in drift.results) == pytest.approx(1)


def test_without_exploration_the_loop_gets_stuck_after_the_drift(drift: Comparison) -> None:
    """Its last quarter is worth less than half of what is possible; with 0.1 it is not."""
    possible = np.mean([run.curve_best[-10:] for run in drift.findings.metrics[0]])

    assert _result(drift, "0").late_value < possible / 2
    assert _result(drift, "0.1").late_value > possible * 0.9


def test_always_exploring_never_uses_what_was_learned(drift: Comparison) -> None:
    """Its value is that of blind choice from the first visit to the last."""
    blind = np.mean([run.blind_value for run in drift.findings.metrics[-1]])

    assert _result(drift, "1").mean_value == pytest.approx(blind, abs=0.005)


def test_cost_and_benefit_of_exploration_add_up(drift: Comparison) -> None:
    """Value is that of never exploring, plus the benefit, less the cost; the cost grows."""
    never = _result(drift, "0")
    between = [_result(drift, rate) for rate in ("0.05", "0.1", "0.2", "0.4")]
    costs = []

    for result in between:
        assert result.exploration_cost is not None
        assert result.exploration_benefit is not None
        assert never.exploration_cost is not None
        costs.append(result.exploration_cost.estimate)
        net = result.exploration_benefit.estimate - costs[-1] + never.exploration_cost.estimate
        assert result.mean_value == pytest.approx(never.mean_value + net, abs=1e-6)
    assert costs == sorted(costs)
    assert _result(drift, "1").exploration_cost is None


def test_regret_and_value_tell_the_same_story(drift: Comparison) -> None:
    """Value and regret add up to what was possible."""
    for result, runs in zip(drift.results, drift.findings.metrics, strict=True):
        possible = np.mean([run.best_value for run in runs])
        assert result.regret.estimate / 3000 == pytest.approx(
            possible - result.mean_value, abs=1e-6
        )
        assert runs[0].curve_regret[-1] == pytest.approx(runs[0].regret, abs=1e-6)


def test_more_exploration_learns_in_fewer_visits(drift: Comparison) -> None:
    """From 0.05 to 0.4; without any it is never learned."""
    visits = [_result(drift, rate).events_to_learn for rate in ("0.05", "0.2", "0.4")]

    assert visits == sorted(visits, key=lambda count: -(count or 0))
    assert _result(drift, "0").events_to_learn is None


def test_the_verdict_says_what_to_do_by_how_much_and_how_sure(drift: Comparison) -> None:
    """In words, with the figures that it rests on."""
    verdict = " ".join(drift.verdict)

    assert drift.verdict[0].startswith(f"Ship {drift.best.label}: it beats exploration=0 by ")
    assert f"with a probability of {drift.best.best_probability:.0%}, from 20 seeds" in verdict
    assert "corrected for 5 comparisons" in verdict


def test_exactly_equal_settings_are_the_same_runs_and_get_no_verdict() -> None:
    """The preset named and spelled out is one and the same policy."""
    spelled = "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q ::"
    comparison = compare("news", {"policy": ["quick", spelled]}, seeds=5, rounds=100)

    assert comparison.results[1].difference is not None
    assert comparison.results[1].difference.estimate == 0
    assert not comparison.results[1].difference.excludes_zero
    assert comparison.verdict == [
        "No verdict: the runs cannot tell these settings apart, as the warnings say."
    ]
    assert "are the same runs, because they describe one and the same loop" in (
        comparison.warnings[0].message
    )


def test_an_undecided_comparison_says_how_many_seeds_it_would_take() -> None:
    """As a command to go on with."""
    comparison = compare("news", {"exploration": [0.2, 0.21]}, seeds=5, rounds=300)

    verdict = " ".join(comparison.verdict)

    assert "more seeds (--resume --seeds " in verdict or "hardly tell" in verdict
    assert not comparison.verdict[0].startswith("Ship")


@pytest.mark.slow
def test_equal_settings_are_called_different_in_at_most_7_of_100_cases() -> None:
    """200 times 8 seeds; the two settings differ in nothing but the dice of the loop."""
    seeds, sets = 8, 200
    runs = compare("news", {"loop-seed": ["a", "b"]}, seeds=seeds * sets, rounds=100, workers=2)
    values = np.array([[run.mean_value for run in cell] for cell in runs.findings.metrics])
    differences = (values[1] - values[0]).reshape(sets, seeds)

    called = [_decided(sample) for sample in differences]

    assert np.all(differences.std(axis=1) > 0)
    assert np.mean(called) <= 0.07


@pytest.mark.slow
def test_a_known_difference_is_found_with_the_seeds_that_are_recommended() -> None:
    """In 8 of 10 cases: 5 seeds first, and where that is undecided, as many as are recommended."""
    seeds, sets = 5, 40
    vary = {"exploration": [0.2, 0.3]}
    runs = compare("news", vary, seeds=200, rounds=600, workers=2)
    values = np.array([[run.mean_value for run in cell] for cell in runs.findings.metrics])
    differences = values[1] - values[0]
    assert abs(differences.mean()) > 5 * differences.std() / np.sqrt(len(differences))

    found = [_found(np.roll(differences, -index * 5), seeds) for index in range(sets)]

    assert np.mean(found) >= 0.8


def _decided(sample: NDArray[np.float64]) -> bool:
    return intervals(sample[:, None])[0].excludes_zero


def _found(differences: NDArray[np.float64], seeds: int) -> bool:
    pilot = differences[:seeds]
    if _decided(pilot):
        return True
    wanted = recommended_seeds(pilot, critical_value(pilot[:, None]))
    return _decided(differences[: wanted or len(differences)])
