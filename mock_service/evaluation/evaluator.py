"""Judging policies: what each would have earned, and whether that is known well enough."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from mock_service.evaluation.bootstrap import bootstrap, resample_counts
from mock_service.evaluation.confidence_sequence import (
    Tables,
    confidence_sequence,
    doubly_robust_sequences,
)
from mock_service.evaluation.empirical_likelihood import empirical_likelihood
from mock_service.evaluation.estimators import (
    NOTHING,
    Estimate,
    Estimator,
    Sample,
    estimate,
    scores,
)
from mock_service.evaluation.logged_data import Column, LoggedData
from mock_service.evaluation.overlap import Overlap, measure_overlap
from mock_service.evaluation.policies import (
    ONLINE,
    ActionProbabilities,
    Policy,
    PolicySource,
    evaluate_policy,
)
from mock_service.evaluation.replay import Replay
from mock_service.evaluation.simultaneous import simultaneous_intervals
from mock_service.vowpal.progressive_validation import predict_rewards

_REWARD_INTERACTIONS = "-q ::"
"""What the model of the rewards behind ``dr`` and ``dm`` crosses: every pair of namespaces."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to judge.

    Weights are cut at ``clip``. Rewards are known to lie in ``reward_range``; without one, [0, 1]
    is taken, widened to hold every reward. ``with_model`` trains a model of the rewards, which
    ``dr`` and ``dm`` need; ``seed`` is for resampling.
    """

    clip: float = inf
    reward_range: tuple[float, float] | None = None
    with_model: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals that do not take errors for normal.

    ``bootstrap`` and ``empirical_likelihood`` are for one look. ``anytime`` (of ``ips``),
    ``anytime_dr`` and ``anytime_uplift`` (how much more than was earned) hold at every moment,
    each by itself; the last two need a model of the rewards.
    """

    bootstrap: Estimate
    empirical_likelihood: Estimate
    anytime: Estimate
    anytime_dr: Estimate = NOTHING
    anytime_uplift: Estimate = NOTHING


SILENT = Intervals(NOTHING, NOTHING, NOTHING)
"""What is said of a policy that the log does not show."""


@dataclass(frozen=True, slots=True)
class PolicyEvaluation:
    """What is known about one policy.

    ``estimates`` have the service's interval; ``intervals`` has others around ``ips`` and ``dr``.
    ``uplift`` is how much more it would have earned than the online policy, decision by
    decision, by the estimator called ``best``; its interval holds for all judged policies together.
    Where the log does not show what the policy would do, neither is given. ``replay`` is what a
    policy that learns earned on its own, if that was asked for.
    """

    policy: Policy
    estimates: dict[Estimator, Estimate]
    intervals: Intervals
    best: Estimator
    uplift: Estimate
    overlap: Overlap
    replay: Replay | None = None

    @property
    def best_estimate(self) -> Estimate:
        """The estimate with the least error to expect; none where the log does not show it."""
        return NOTHING if self.overlap.is_insufficient else self.estimates[self.best]


class OffPolicyEvaluator:
    """Judges policies on the same decisions.

    ``expected`` is what a model expected of every action before it saw what the decision earned,
    with the shape (decisions, actions); it is worked out unless it is given.
    """

    def __init__(
        self,
        logged: LoggedData,
        options: Options | None = None,
        expected: NDArray[np.float64] | None = None,
    ) -> None:
        self.logged = logged
        self.options = options or Options()
        if expected is None and self.options.with_model and len(logged):
            # A model that features of enormous size drove out of its mind expects nothing.
            found = predict_rewards(logged.events, _REWARD_INTERACTIONS)
            expected = np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)
        self.expected = expected
        self._counts = resample_counts(len(logged), default_rng(self.options.seed))

    @property
    def best(self) -> Estimator:
        """The estimator with the smallest error to expect."""
        return Estimator.SNIPS if self.expected is None else Estimator.DR

    def judge(self, policies: Iterable[Policy]) -> list[PolicyEvaluation]:
        """Judge each policy.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept a policy.
        """
        return self.verdicts([evaluate_policy(policy, self.logged) for policy in policies])

    def verdicts(self, acted: list[ActionProbabilities]) -> list[PolicyEvaluation]:
        """Judge each policy by how it acted on these decisions."""
        samples = [self.sample(one) for one in acted]
        overlaps = [self._measure_overlap(one) for one in acted]
        uplifts = self._uplifts(acted, samples, overlaps)
        return [
            self._verdict(*judged) for judged in zip(acted, samples, overlaps, uplifts, strict=True)
        ]

    def sample(self, acted: ActionProbabilities) -> Sample:
        """Return what a policy did as the estimators want it; the online policy weighs 1."""
        rewards, shares = self.logged.rewards, self.logged.shares
        weights = np.minimum(acted.of_logged(self.logged) / self.logged.propensities, self.clip)
        if self.expected is None:
            return Sample(rewards, weights, shares)
        expected: Column = (acted.probabilities * self.expected).sum(axis=1)
        return Sample(rewards, weights, shares, expected, self.logged.of_chosen(self.expected))

    @cached_property
    def _logging(self) -> NDArray[np.float64]:
        """The logged probability of every action, which only models of the rewards ask for."""
        return evaluate_policy(ONLINE, self.logged).probabilities

    @property
    def clip(self) -> float:
        """The largest weight that is not cut."""
        return self.options.clip

    def _verdict(
        self, acted: ActionProbabilities, sample: Sample, overlap: Overlap, uplift: Estimate
    ) -> PolicyEvaluation:
        return PolicyEvaluation(
            policy=acted.policy,
            estimates={name: estimate(sample, name) for name in Estimator},
            intervals=SILENT if overlap.is_insufficient else self._intervals(acted, sample),
            best=self._best_for(acted),
            uplift=uplift,
            overlap=overlap,
        )

    def _intervals(self, acted: ActionProbabilities, sample: Sample) -> Intervals:
        bounds = self._reward_range()
        found = Intervals(
            bootstrap=bootstrap(sample, Estimator.IPS, self._counts),
            empirical_likelihood=empirical_likelihood(sample, *bounds),
            anytime=confidence_sequence(sample, *bounds),
        )
        if self.expected is None:
            return found
        tables = Tables(acted.probabilities, self._logging, self.expected)
        weights = acted.of_logged(self.logged) / self.logged.propensities
        robust, uplift = doubly_robust_sequences(
            replace(sample, weights=weights), tables, self.logged.chosen, bounds
        )
        return replace(found, anytime_dr=robust, anytime_uplift=uplift)

    def _best_for(self, acted: ActionProbabilities) -> Estimator:
        """Return how to estimate a policy; what was really shown needs no estimate."""
        return Estimator.IPS if acted.policy.source is PolicySource.ONLINE else self.best

    def _uplifts(
        self, acted: list[ActionProbabilities], samples: list[Sample], overlaps: list[Overlap]
    ) -> list[Estimate]:
        """Return how much more than the logged choices each policy would have earned."""
        columns: dict[int, Column] = {}
        for index, (one, sample, overlap) in enumerate(zip(acted, samples, overlaps, strict=True)):
            column = scores(sample, self._best_for(one))
            is_judged = one.policy.source is not PolicySource.ONLINE and not overlap.is_same
            if is_judged and not overlap.is_insufficient and column is not None:
                columns[index] = column - sample.rewards
        intervals = simultaneous_intervals(list(columns.values()), self.logged.shares, self._counts)
        known = dict(zip(columns, intervals, strict=True))
        return [
            SAME if overlap.is_same else known.get(index, NOTHING)
            for index, overlap in enumerate(overlaps)
        ]

    def _measure_overlap(self, acted: ActionProbabilities) -> Overlap:
        weights = acted.of_logged(self.logged) / self.logged.propensities
        return measure_overlap(Sample(self.logged.rewards, weights, self.logged.shares), self.clip)

    def _reward_range(self) -> tuple[float, float]:
        rewards = self.logged.rewards
        return self.options.reward_range or (
            float(rewards.min(initial=0.0)),
            float(rewards.max(initial=1.0)),
        )


SAME = Estimate(0.0, 0.0, 0.0)
"""How much more a policy earns that acts as the logging policy did."""
