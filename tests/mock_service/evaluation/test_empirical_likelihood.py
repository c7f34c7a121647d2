"""The interval of empirical likelihood."""

import numpy as np
import pytest
from estimators.bandits import cressieread
from numpy.random import default_rng

from mock_service.evaluation.empirical_likelihood import empirical_likelihood
from mock_service.evaluation.estimators import Estimate, Estimator, Sample, estimate


def sample(weights: list[float], rewards: list[float]) -> Sample:
    """Return decisions with these weights and rewards."""
    return Sample(np.array(rewards), np.array(weights), np.ones(len(weights)))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("shares", [1.0, 2.0])
def test_the_interval_is_that_of_vw_estimators(seed: int, shares: float) -> None:
    """Logs of 1 to 400 decisions with ordinary and rare rewards, short and long of weight."""
    rng = default_rng(seed)
    count, rare = int(rng.integers(1, 400)), rng.choice([0.01, 0.3, 0.9])
    propensities = rng.uniform(0.05, 1, count)
    judged = rng.uniform(0, 1, count) * (rng.random(count) < 0.7)
    rewards = (rng.random(count) < rare).astype(float)
    interval, value = cressieread.Interval(), cressieread.Estimator()
    for row in zip(propensities.tolist(), rewards.tolist(), judged.tolist(), strict=True):
        interval.add_example(*row, p_drop=1 - 1 / shares)
        value.add_example(*row)

    log = Sample(rewards, judged / propensities, np.full(count, shares))
    ours = empirical_likelihood(log, 0.0, 1.0)

    assert (ours.low, ours.high) == pytest.approx(interval.get(0.05), abs=1e-8)
    if shares == 1.0:  # theirs has no value for logs that were thinned out
        assert ours.value == pytest.approx(value.get(), abs=1e-8)


def test_a_log_without_a_reward_does_not_show_that_there_is_none() -> None:
    """The service's interval has no width there; this one reaches up to 0.12."""
    log = sample([1.0, 2.0, 0.0, 1.0] * 25, [0.0] * 100)

    service, found = estimate(log, Estimator.IPS), empirical_likelihood(log, 0.0, 1.0)

    assert (service.low, service.high) == (0.0, 0.0)
    assert found.low == 0.0
    assert found.high == pytest.approx(0.120, abs=1e-3)


def test_rare_penalties_are_covered_where_the_normal_interval_is_blind() -> None:
    """Of 2%, in logs of 200: the service's interval holds too seldom, this one does not."""
    rng, held = default_rng(11), []
    for _ in range(400):
        weights = rng.choice([0.25, 4.0], size=200, p=[0.8, 0.2])
        rewards = -(rng.random(200) < 0.02).astype(float)
        log = Sample(rewards, weights, np.ones(200))
        intervals = (estimate(log, Estimator.IPS), empirical_likelihood(log, -1.0, 0.0))
        held.append([(one.low or 0) <= -0.02 <= (one.high or 0) for one in intervals])

    normal, likelihood = np.mean(held, axis=0)
    assert normal < 0.9
    assert likelihood >= 0.95


def test_nothing_is_said_of_nothing() -> None:
    """No decision, or a range of rewards that is none."""
    assert empirical_likelihood(sample([], []), 0, 1) == Estimate(None, None, None)
    assert empirical_likelihood(sample([1.0], [0.0]), 1, 1) == Estimate(None, None, None)
