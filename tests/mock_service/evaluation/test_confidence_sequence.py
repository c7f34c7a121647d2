"""Intervals that hold at every moment: of IPS, of doubly robust, and of the difference."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from mock_service.evaluation.confidence_sequence import (
    Tables,
    confidence_sequence,
    doubly_robust_sequences,
)
from mock_service.evaluation.estimators import NOTHING, Estimate, Sample

MEANS = np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.2]])
LOGGING = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])
OPPOSED = np.array([[0.1, 0.1, 0.8], [0.2, 0.4, 0.4]])
LOGS, MOMENTS = 200, (25, 50, 100, 200, 400, 800)


@dataclass(frozen=True, slots=True)
class Log:
    """A log of two kinds of users and three actions, and what a model expected."""

    sample: Sample
    tables: Tables
    chosen: NDArray[np.intp]

    def until(self, moment: int, scale: float = 1.0) -> tuple[Estimate, Estimate, Estimate]:
        """Return IPS, doubly robust and the difference as they stood at a moment."""
        one = self.sample
        sample = Sample(one.rewards[:moment], one.weights[:moment], one.shares[:moment])
        tables = Tables(
            *(
                table[:moment]
                for table in (self.tables.judged, self.tables.logging, self.tables.expected)
            )
        )
        bounds = (0.0, scale)
        return (
            confidence_sequence(sample, *bounds),
            *doubly_robust_sequences(sample, tables, self.chosen[:moment], bounds),
        )


def draw(rng: Generator, policy: NDArray[np.float64], scale: float = 1.0) -> Log:
    """Return a log of `LOGGING`, judged by a policy; the model is right, but for the scale."""
    kinds = rng.integers(2, size=MOMENTS[-1])
    chosen = np.array([rng.choice(3, p=LOGGING[kind]) for kind in kinds])
    rewards = scale * (rng.random(len(kinds)) < MEANS[kinds, chosen])
    weights = policy[kinds, chosen] / LOGGING[kinds, chosen]
    return Log(
        Sample(rewards, weights, np.ones(len(kinds))),
        Tables(policy[kinds], LOGGING[kinds], scale * MEANS[kinds]),
        chosen,
    )


@pytest.mark.parametrize("policy", [OPPOSED, np.full((2, 3), 1 / 3)], ids=["opposed", "uniform"])
def test_intervals_hold_at_all_moments_together(policy: NDArray[np.float64]) -> None:
    """In 95 of 100 logs no look ever finds the truth outside; the model makes them narrower."""
    rng, held, widths = default_rng(7), [], []
    value, earned = (float((table * MEANS).sum(axis=1).mean()) for table in (policy, LOGGING))
    truths = (value, value, value - earned)
    for _ in range(LOGS):
        log = draw(rng, policy)
        looks = [log.until(moment) for moment in MOMENTS]
        held.append(
            [
                all((look[index].low or 0) <= truth <= (look[index].high or 0) for look in looks)
                for index, truth in enumerate(truths)
            ]
        )
        widths.append([(one.high or 0) - (one.low or 0) for one in looks[-1]])

    assert (np.mean(held, axis=0) >= 0.95).all()
    ips, robust, _ = np.mean(widths, axis=0)
    assert robust < ips


def test_a_difference_is_known_in_the_end() -> None:
    """The opposed policy is worse, and that is seen at any time from some moment on."""
    log = draw(default_rng(3), OPPOSED)

    difference = log.until(MOMENTS[-1])[2]

    assert difference.high is not None
    assert difference.high < 0


def test_rewards_on_another_scale_move_the_ends_alike() -> None:
    """A reward of up to 4 is four times a reward of up to 1."""
    one, four = draw(default_rng(5), OPPOSED), draw(default_rng(5), OPPOSED, scale=4.0)

    for small, large in zip(one.until(400), four.until(400, scale=4.0), strict=True):
        assert large.low == pytest.approx(4 * (small.low or 0.0))
        assert large.high == pytest.approx(4 * (small.high or 0.0))


def test_thinned_traffic_and_no_traffic_are_not_spoken_of() -> None:
    """The order of what is missing is unknown."""
    log = draw(default_rng(5), OPPOSED)
    thinned = Sample(log.sample.rewards, log.sample.weights, log.sample.shares * 2)

    assert doubly_robust_sequences(thinned, log.tables, log.chosen, (0, 1)) == (NOTHING, NOTHING)
    assert log.until(0) == (NOTHING, NOTHING, NOTHING)
