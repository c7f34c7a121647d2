"""Which rate for which horizon, what is not told from it, and what it may cost."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import default_rng

from personalizer_lab import Comparison, OptionsInvalid, compare
from simulator.experiment.advise import advise_exploration
from simulator.experiment.comparison import ComparisonResult, RunsSoFar, compare_runs
from simulator.experiment.metrics import RunMetrics

RATES = ["0", "0.05", "0.1", "0.2", "0.4"]


@pytest.fixture(scope="module")
def short() -> Comparison:
    """Return a comparison of so few visits that little can be told."""
    return compare("news", {"exploration": RATES}, seeds=8, rounds=60, advise="exploration")


def test_what_the_seeds_do_not_tell_apart_is_named(short: Comparison) -> None:
    """Instead of a rate that happened to be ahead."""
    advice = short.advice

    assert advice is not None
    assert advice.as_good
    assert advice.sentences[0].startswith("For a horizon of 60 visits, 8 seeds tell no difference")
    for rate in advice.as_good:
        assert rate in advice.sentences[0]
    assert all(0 <= step.probability <= 1 for step in advice.steps)


def test_too_few_seeds_give_no_advice() -> None:
    """And say why."""
    comparison = compare("news", {"exploration": RATES}, seeds=3, rounds=60, advise="exploration")

    assert comparison.advice is not None
    assert comparison.advice.rate is None
    assert comparison.verdict[0] == "No advice on exploration, for the reason below."


def test_a_budget_needs_advice() -> None:
    """It is a question about rates."""
    with pytest.raises(OptionsInvalid, match="--budget needs --advise exploration"):
        compare("news", {"exploration": RATES}, rounds=10, budget=0.02)


def test_no_rate_beyond_the_budget_is_recommended_in_100_worlds(short: Comparison) -> None:
    """Worlds of known cost: each rate brings a known share less now, and more at the end."""
    rng = default_rng(1)
    beyond = chosen = 0
    for _ in range(100):
        costs = np.array([0.0, *rng.uniform(0, 0.06, len(RATES) - 1)])
        late = np.array([0.0, *rng.uniform(0, 0.2, len(RATES) - 1)])
        findings = _world(short.findings, costs, late, rng)
        advice = advise_exploration(findings, budget=0.02).budget
        assert advice is not None
        beyond += costs[RATES.index(advice.rate)] > 0.02
        chosen += advice.rate != "0"

    assert beyond == 0
    assert chosen > 50


def test_a_rate_within_the_budget_is_found_where_the_seeds_show_it(short: Comparison) -> None:
    """The one of them that is worth most at the end."""
    costs, late = np.array([0, 0.005, 0.01, 0.05, 0.06]), np.array([0, 0.1, 0.2, 0.3, 0.4])

    findings = _world(short.findings, costs, late, default_rng(2))
    advice = advise_exploration(findings, budget=0.02)

    assert advice.budget is not None
    assert advice.budget.rate == "0.1"
    assert advice.sentences[1] == (
        "Within a budget of at most 2.0% of what 0 brings in 60 visits, 0.1 is worth most at the "
        "end."
    )


def _world(
    findings: ComparisonResult,
    costs: np.ndarray,
    late: np.ndarray,
    rng: np.random.Generator,
) -> ComparisonResult:
    """Return findings of runs that bring 1 less the cost, with some noise a seed."""
    plan, runs = findings.plan, findings.plan.runs()
    cells = len(plan.settings)
    noise = rng.normal(0, 0.003, (len(plan.seeds), cells))
    finished = {
        run: _run(
            findings.metrics[0][0],
            1 - costs[i % cells] + noise[i // cells, i % cells],
            late[i % cells],
        )
        for i, run in enumerate(runs)
    }
    return compare_runs(plan, finished, runs, RunsSoFar(lambda _, __: False))


def _run(like: RunMetrics, value: float, late: float) -> RunMetrics:
    """Return a run like another one that was worth as much at every visit."""
    return replace(
        like,
        mean_value=value,
        late_value=value + late,
        curve_value=[value] * len(like.curve_ends),
        decisions=f"{value:.9f}",
    )
