"""What whole pages are worth, and each of their slots, where a page is filled slot by slot.

Later slots choose among what earlier ones left over, so what a policy would have earned there
depends on what it would have shown before. Two estimators answer:

- ``per_decision``: the reward of a slot counts by the product of the weights of that slot and all
  before it. It asks nothing of the rewards, and its weights grow with every slot (D. Precup, R.
  Sutton, S. Singh, "Eligibility traces for off-policy policy evaluation", 2000, section 3).
- ``pseudo_inverse``: the reward of the page counts by one plus the sum of what each slot's weight
  is above one. It takes slots as chosen independently, and each one's contribution to the reward as
  its own; in return its weights do not multiply (A. Swaminathan et al., "Off-policy evaluation for
  slate recommendation", 2017, example 4).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from mock_service.evaluation.bootstrap import resample_counts
from mock_service.evaluation.estimators import (
    NOTHING,
    Estimate,
    Estimator,
    Sample,
    estimate,
    mean_with_interval,
)
from mock_service.evaluation.logged_data import Column
from mock_service.evaluation.overlap import Overlap, measure_overlap
from mock_service.evaluation.page_log import PageLog
from mock_service.evaluation.policies import Policy, PolicySource, evaluate_policy
from mock_service.evaluation.simultaneous import simultaneous_intervals


@dataclass(frozen=True, slots=True)
class PageValue:
    """A mean reward, how much more that is than what was earned, and what the log says of it.

    Both are None where a guard of `overlap` spoke. Intervals of ``uplift`` hold for all policies
    together.
    """

    mean_reward: Estimate
    uplift: Estimate
    overlap: Overlap


@dataclass(frozen=True, slots=True)
class PolicyOnPages:
    """What a policy earns with a page, by both estimators, and with each of its slots."""

    policy: Policy
    per_decision: PageValue
    pseudo_inverse: PageValue
    slots: tuple[PageValue, ...]


@dataclass(frozen=True, slots=True)
class PagesEvaluation:
    """What policies earn with pages; ``left_out`` counts pages of which a slot is not labelled."""

    pages: int
    left_out: int
    policies: tuple[PolicyOnPages, ...]

    @property
    def worse(self) -> frozenset[str]:
        """The names of the policies whose pages are surely worth less than those of the log."""
        return frozenset(
            one.policy.name
            for one in self.policies
            for value in (one.per_decision, one.pseudo_inverse)
            if value.uplift.high is not None and value.uplift.high < 0
        )


def evaluate_pages(log: PageLog, policies: Iterable[Policy], seed: int = 1) -> PagesEvaluation:
    """Judge policies by whole pages and slot by slot.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept a policy.
    """
    judged = list(policies)
    weights = [_weigh(log, policy) for policy in judged]
    rewards = log.spread(log.logged.rewards)
    shares = log.spread(log.logged.shares)[:, 0]
    is_there = log.spread(np.ones(len(log.logged))) > 0
    counts = resample_counts(len(rewards), default_rng(seed))
    by_decision, by_inverse = (
        _compare(judged, [weigh(one, is_there, rewards) for one in weights], shares, counts)
        for weigh in (_per_decision, _pseudo_inverse)
    )
    slots = [list(_slots(one, is_there, rewards, shares)) for one in weights]
    return PagesEvaluation(
        len(rewards),
        log.left_out,
        tuple(
            [
                PolicyOnPages(*parts[:3], slots=tuple(parts[3]))
                for parts in zip(judged, by_decision, by_inverse, slots, strict=True)
            ]
        ),
    )


def _weigh(log: PageLog, policy: Policy) -> Column:
    """Return a policy's weight for each slot by itself; shape (pages, slots), 1 for no slot."""
    probabilities = evaluate_policy(policy, log.logged).of_logged(log.logged)
    if policy.source is PolicySource.BASELINE:
        probabilities = probabilities * log.has_baseline
    return log.spread(probabilities / log.logged.propensities, 1.0)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A score a page, whose mean is the estimate, and the sample that guards look at."""

    scores: Column
    sample: Sample


def _per_decision(weights: Column, is_there: NDArray[np.bool_], rewards: Column) -> _Judged:
    products = weights.cumprod(axis=1)
    totals = rewards.sum(axis=1)
    scores = (products * rewards * is_there).sum(axis=1)
    return _Judged(scores, Sample(totals, products[:, -1], np.ones(len(totals))))


def _pseudo_inverse(weights: Column, _: NDArray[np.bool_], rewards: Column) -> _Judged:
    totals = rewards.sum(axis=1)
    sums = 1 + (weights - 1).sum(axis=1)
    return _Judged(sums * totals, Sample(totals, sums, np.ones(len(totals))))


def _compare(
    policies: Sequence[Policy], judged: Sequence[_Judged], shares: Column, counts: NDArray[np.int64]
) -> list[PageValue]:
    """Return what each policy's pages are worth, compared with those of the log."""
    overlaps = [measure_overlap(replace(one.sample, shares=shares)) for one in judged]
    compared = [
        index
        for index, (policy, overlap) in enumerate(zip(policies, overlaps, strict=True))
        if policy.source is not PolicySource.ONLINE and not overlap.is_insufficient
    ]
    columns = [judged[index].scores - judged[index].sample.rewards for index in compared]
    uplifts = dict(zip(compared, simultaneous_intervals(columns, shares, counts), strict=True))
    return [
        PageValue(
            NOTHING if overlap.is_insufficient else mean_with_interval(one.scores, shares),
            uplifts.get(index, NOTHING),
            overlap,
        )
        for index, (one, overlap) in enumerate(zip(judged, overlaps, strict=True))
    ]


def _slots(
    weights: Column, is_there: NDArray[np.bool_], rewards: Column, shares: Column
) -> Iterator[PageValue]:
    """Yield what each slot earns, by the pages that have it."""
    products = weights.cumprod(axis=1)
    for number in range(weights.shape[1]):
        rows = is_there[:, number]
        sample = Sample(rewards[rows, number], products[rows, number], shares[rows])
        overlap = measure_overlap(sample)
        mean = NOTHING if overlap.is_insufficient else estimate(sample, Estimator.IPS)
        yield PageValue(mean, NOTHING, overlap)
