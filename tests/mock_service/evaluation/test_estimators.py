"""Estimators agree with closed forms, with vw-estimators and with the service's own figures."""

import numpy as np
import pytest
from estimators.bandits import cs, gaussian, ips, snips

from mock_service.evaluation.bootstrap import bootstrap, resample_counts
from mock_service.evaluation.confidence_sequence import confidence_sequence
from mock_service.evaluation.estimators import (
    SERVICE_Z,
    Estimator,
    Sample,
    estimate,
    mean_with_interval,
    standard_error,
    z_value,
)


def drawn(count: int, seed: int = 1) -> tuple[Sample, list[tuple[float, float, float]]]:
    """Return a log of epsilon-greedy decisions, as columns and as (propensity, reward, chance)."""
    rng = np.random.default_rng(seed)
    likely = rng.random(count) < 0.85
    to_likely = rng.choice([0.06, 0.98, 1.0], count)
    propensities = np.where(likely, 0.85, 0.15)
    probabilities = np.where(likely, to_likely, 1 - to_likely)
    rewards = rng.random(count).round(2)
    rows = list(zip(propensities.tolist(), rewards.tolist(), probabilities.tolist(), strict=True))
    return Sample(rewards, probabilities / propensities, np.ones(count)), rows


def known(value: float | None) -> float:
    """Return a number that is there."""
    assert value is not None
    return value


def test_three_decisions_by_hand() -> None:
    """The sums of the textbook."""
    sample = Sample(
        rewards=np.array([1.0, 0.0, 0.5]),
        weights=np.array([2.0, 0.5, 0.0]),
        shares=np.ones(3),
        expected=np.array([0.6, 0.2, 0.4]),
        expected_logged=np.array([0.8, 0.4, 0.1]),
    )

    assert estimate(sample, Estimator.IPS).value == pytest.approx(2 / 3)
    assert estimate(sample, Estimator.SNIPS).value == pytest.approx(2 / 2.5)
    assert estimate(sample, Estimator.DM).value == pytest.approx(1.2 / 3)
    assert estimate(sample, Estimator.DR).value == pytest.approx((1.0 + 0.0 + 0.4) / 3)


@pytest.mark.parametrize(
    ("total", "decisions", "squares", "reach"),
    [(2.2, 196, 2.424, 0.015529361), (22.2, 1906, 2.484, 0.0015344538)],
)
def test_the_interval_is_the_services(
    total: float, decisions: int, squares: float, reach: float
) -> None:
    """For rows the service published: numerator, denominator, sum of squares, interval."""
    assert SERVICE_Z * standard_error(total, squares, decisions) == pytest.approx(reach, rel=1e-5)


@pytest.mark.parametrize("count", [3, 100, 5000])
def test_estimates_agree_with_vw_estimators(count: int) -> None:
    """IPS, SNIPS and the normal interval, to 1e-9."""
    sample, rows = drawn(count)
    theirs = [ips.Estimator(), snips.Estimator()]
    interval = gaussian.Interval()
    for row in rows:
        for one in (*theirs, interval):
            one.add_example(*row)

    ours = [estimate(sample, name) for name in (Estimator.IPS, Estimator.SNIPS)]
    normal = estimate(sample, Estimator.IPS, z=z_value(0.95))

    assert [one.value for one in ours] == pytest.approx([one.get() for one in theirs], abs=1e-9)
    assert [normal.low, normal.high] == pytest.approx(interval.get(0.05), abs=1e-9)


def test_thinned_logs_agree_with_vw_estimators() -> None:
    """An event that stands for four counts as four, three of them with nothing."""
    sample, rows = drawn(500)
    interval = gaussian.Interval()
    for propensity, reward, probability in rows:
        interval.add_example(propensity, reward, probability, p_drop=0.75)
    thinned = Sample(sample.rewards, sample.weights, np.full(500, 4.0))

    ours = estimate(thinned, Estimator.IPS, z=z_value(0.95))

    assert [ours.low, ours.high] == pytest.approx(interval.get(0.05), abs=1e-9)


@pytest.mark.parametrize(
    ("count", "difference"), [(2, 1e-9), (50, 1e-9), (400, 1e-9), (5000, 1e-3)]
)
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 2.0)])
def test_the_confidence_sequence_agrees_with_vw_estimators(
    count: int, difference: float, low: float, high: float
) -> None:
    """Both are the bound of Waudby-Smith and others; to 1e-9 where no running mean exceeds 1.

    In the longest log one does, early. The bound only holds for predictions of at most 1 (Fan's
    inequality), so ours go no higher; theirs do.
    """
    sample, rows = drawn(count)
    theirs = cs.Interval(rmin=low, rmax=high)
    for row in rows:
        theirs.add_example(*row)

    ours = confidence_sequence(sample, low, high)

    assert [ours.low, ours.high] == pytest.approx(theirs.get(0.05), abs=difference)


def test_a_confidence_sequence_is_wider_than_one_look_and_narrows() -> None:
    """What looking at every moment costs."""
    short, long = (confidence_sequence(drawn(count)[0], 0, 1) for count in (300, 30_000))
    once = estimate(drawn(30_000)[0], Estimator.IPS)

    assert known(long.high) - known(long.low) < known(short.high) - known(short.low)
    assert known(long.high) - known(long.low) > known(once.high) - known(once.low)
    assert known(long.low) < known(once.value) < known(long.high)


@pytest.mark.parametrize("estimator", [Estimator.IPS, Estimator.SNIPS])
@pytest.mark.parametrize("count", [1500, 20_000])
def test_the_bootstrap_agrees_with_the_normal_interval_on_long_logs(
    estimator: Estimator, count: int
) -> None:
    """Within a tenth of its width, whether or not decisions are resampled in blocks."""
    sample, _ = drawn(count)

    resampled = bootstrap(sample, estimator, resample_counts(len(sample), np.random.default_rng(1)))
    normal = estimate(sample, estimator)

    width = known(normal.high) - known(normal.low)
    assert resampled.value == pytest.approx(normal.value)
    assert resampled.low == pytest.approx(normal.low, abs=width / 10)
    assert resampled.high == pytest.approx(normal.high, abs=width / 10)


def test_a_wrong_model_leaves_doubly_robust_right_with_right_propensities() -> None:
    """It is robust to the one or the other."""
    rng = np.random.default_rng(1)
    rewards = rng.random(40_000)
    weights = np.where(rng.random(40_000) < 0.25, 4.0, 0.0)
    nonsense = np.full(40_000, -1.0)

    one = estimate(Sample(rewards, weights, np.ones(40_000), nonsense, nonsense), Estimator.DR)

    assert known(one.low) < 0.5 < known(one.high)


def test_nothing_is_said_about_nothing() -> None:
    """No decision, one decision, no model, no weight."""
    empty = Sample(np.zeros(0), np.zeros(0), np.zeros(0))
    one = mean_with_interval(np.array([0.5]), np.ones(1))
    unlike = Sample(np.ones(3), np.zeros(3), np.ones(3))

    assert all(estimate(empty, name).value is None for name in Estimator)
    assert (one.value, one.low, one.high) == (0.5, None, None)
    assert estimate(unlike, Estimator.SNIPS).value is None
    assert estimate(unlike, Estimator.DR).value is None
    assert confidence_sequence(empty, 0, 1).value is None
    assert (
        bootstrap(empty, Estimator.IPS, resample_counts(0, np.random.default_rng(1))).value is None
    )


def heavy_sample(rng: np.random.Generator, count: int = 2000) -> Sample:
    """Return decisions of which one in a hundred has a weight of 60, and a model a little off."""
    weights = np.where(rng.random(count) < 0.01, 60.0, 0.4)
    rewards = (rng.random(count) < 0.5).astype(np.float64)
    expected = np.full(count, 0.45)
    return Sample(rewards, weights, np.ones(count), expected, expected)


@pytest.mark.parametrize("estimator", [Estimator.SWITCH_DR, Estimator.DR_OS])
def test_with_heavy_weights_a_little_bias_makes_estimates_steadier(estimator: Estimator) -> None:
    """The truth is 0.5; the mean square error over 200 logs is below that of ``dr``."""
    rng = np.random.default_rng(3)
    errors: dict[Estimator, list[float]] = {estimator: [], Estimator.DR: []}
    for _ in range(200):
        sample = heavy_sample(rng)
        for name, found in errors.items():
            found.append(((estimate(sample, name).value or 0.0) - 0.5) ** 2)

    assert np.mean(errors[estimator]) < 0.95 * np.mean(errors[Estimator.DR])


@pytest.mark.parametrize("estimator", [Estimator.SWITCH_DR, Estimator.DR_OS])
def test_with_even_weights_they_are_doubly_robust(estimator: Estimator) -> None:
    """There is nothing to cut or to shrink."""
    rng = np.random.default_rng(4)
    ones = np.ones(500)
    expected = rng.random(500)
    sample = Sample(rng.random(500) * 5, ones, ones, expected, expected)

    assert estimate(sample, estimator).value == pytest.approx(
        estimate(sample, Estimator.DR).value, rel=0.02
    )
