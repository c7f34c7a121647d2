"""The truth check that only a simulator can make: do intervals hold what they promise?"""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from mock_service.evaluation.confidence_sequence import confidence_sequence
from mock_service.evaluation.estimators import Estimate, Estimator, estimate
from mock_service.evaluation.evaluator import OffPolicyEvaluator
from mock_service.evaluation.logged_data import collect
from mock_service.evaluation.policies import (
    BASELINE,
    RANDOM,
    ActionProbabilities,
    Policy,
    evaluate_policy,
)
from tests.helpers.logged_runs import LoggedRun, logged_run

SEEDS = 200
ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Checked:
    """One policy's estimates over all seeds, and its true value."""

    truth: float
    estimates: dict[Estimator, list[Estimate]]
    confidence_sequence: list[Estimate]

    def coverage(self, estimates: list[Estimate]) -> float:
        """Return how often the truth was within the interval."""
        within = [(one.low or 0.0) <= self.truth <= (one.high or 0.0) for one in estimates]
        return float(np.mean(within))

    def error(self, estimator: Estimator) -> float:
        """Return the root of the mean squared error."""
        errors = [(one.value or 0.0) - self.truth for one in self.estimates[estimator]]
        return float(np.sqrt(np.mean(np.square(errors))))


def by_profile(run: LoggedRun) -> NDArray[np.float64]:
    """Return a policy that mostly shows each kind of user the same action, another one each."""
    count, actions = run.potential.shape
    table = np.full((count, actions), 0.1 / actions)
    table[np.arange(count), (run.profiles * 2) % actions] += 0.9
    return table


def checked(scenario: str) -> dict[str, Checked]:
    """Estimate three known policies' values on the logs of a learning loop, seed by seed."""
    truths: dict[str, list[float]] = {}
    found: dict[str, Checked] = {}
    for seed in range(SEEDS):
        run = logged_run(scenario, ROUNDS, seed)
        judge = OffPolicyEvaluator(collect(run.events))
        told = ActionProbabilities(Policy("by profile"), by_profile(run))
        for acted in (
            evaluate_policy(BASELINE, judge.logged),
            evaluate_policy(RANDOM, judge.logged),
            told,
        ):
            name, sample = acted.policy.name, judge.sample(acted)
            one = found.setdefault(name, Checked(0.0, {kind: [] for kind in Estimator}, []))
            for kind in Estimator:
                one.estimates[kind].append(estimate(sample, kind))
            one.confidence_sequence.append(confidence_sequence(sample, 0, 1))
            truth = float((acted.probabilities * run.potential).sum(axis=1).mean())
            truths.setdefault(name, []).append(truth)
    return {
        name: Checked(float(np.mean(truths[name])), one.estimates, one.confidence_sequence)
        for name, one in found.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["news", "news-drift", "news-late"])
def test_intervals_cover_the_truth_as_often_as_they_say(scenario: str) -> None:
    """In 92 to 98% of 200 logs, for IPS and doubly robust; what holds at any time, nearly always.

    The truth is what every action would have brought each of the 200,000 visitors, on average.
    Doubly robust has the smallest error, since its model is right: tastes are pairs of features.
    """
    for name, one in checked(scenario).items():
        for kind in (Estimator.IPS, Estimator.DR):
            assert 0.92 <= one.coverage(one.estimates[kind]) <= 0.98, (name, kind)
        assert one.coverage(one.confidence_sequence) >= 0.98, name
        errors = {kind: one.error(kind) for kind in Estimator}
        assert min(errors, key=errors.__getitem__) is Estimator.DR, (name, errors)
