"""What each factor does by itself, and which depend on each other."""

import numpy as np
import pytest
from numpy.random import default_rng

from personalizer_lab import compare
from simulator.experiment.effects import measure_effects
from simulator.experiment.factors import factor
from simulator.experiment.plan import PlanOptions, make_plan

PLAN = make_plan(
    "news",
    [factor("exploration", ["0", "0.1", "0.2"]), factor("policy", ["quick", "azure"])],
    PlanOptions(10, 10),
)


def _columns(*, interaction: float) -> np.ndarray:
    """Return seeds of settings whose effects are known: +1 for 0.1, +2 for 0.2, -3 for azure."""
    grid = np.array([[0.0, -3.0], [1.0, -2.0], [2.0, -1.0 + interaction]])
    return grid.ravel() + default_rng(1).normal(0, 0.05, (10, 6))


def test_main_effects_are_averages_over_the_other_factors() -> None:
    """Against the baseline's level."""
    effects = measure_effects(PLAN, _columns(interaction=0.0))

    assert effects is not None
    found = {effect.label: effect.difference.estimate for effect in effects.main}
    assert found == pytest.approx(
        {"exploration=0.1": 1.0, "exploration=0.2": 2.0, "policy=azure": -3.0}, abs=0.1
    )
    assert not effects.interactions


def test_an_interaction_that_is_there_is_named_by_its_two_levels() -> None:
    """And by nothing else."""
    effects = measure_effects(PLAN, _columns(interaction=0.5))

    assert effects is not None
    (found,) = effects.interactions
    assert found.label == "exploration=0.2 and policy=azure"
    assert found.difference.estimate == pytest.approx(0.5, abs=0.1)


def test_a_single_factor_has_no_effects_beside_its_differences() -> None:
    """Nor has a factor of one level beside it."""
    comparison = compare("news", {"exploration": [0, 0.1], "policy": ["quick"]}, seeds=5, rounds=50)

    assert comparison.findings.effects is None
