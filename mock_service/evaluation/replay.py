"""What a policy that learns would earn on its own: replay by rejection.

An estimate by importance weights lets a policy learn from what others chose, which for a policy
that hardly explores is far more than it would ever find out by itself. Replay lets it learn only
from decisions that are kept as if it had made them: each is accepted with a probability in
proportion to how much likelier the policy was to choose as logged. The accepted ones are a log of
the policy's own, and their mean reward is what it earned.

Sources: L. Li, W. Chu, J. Langford, X. Wang, "Unbiased offline evaluation of
contextual-bandit-based news article recommendation algorithms" (WSDM 2011); M. Dudik, D. Erhan, J.
Langford, L. Li, "Sample-efficient nonstationary policy evaluation for contextual bandits" (UAI
2012), for logs that were not explored evenly.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from mock_service.dsjson.event import LoggedDecision, as_decision
from mock_service.evaluation.estimators import NOTHING, Estimate, mean_with_interval
from mock_service.evaluation.logged_data import LoggedData
from mock_service.evaluation.policies import Policy, open_policy
from mock_service.vowpal.progressive_validation import JudgedModel

MIN_ACCEPTED = 50
"""With fewer accepted decisions nothing is said."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a policy earned in the decisions that it might have made: ``accepted`` of them."""

    accepted: int
    mean_reward: Estimate


def replay(policy: Policy, logged: LoggedData, rng: Generator) -> Replay:
    """Let a policy that learns go through a log on its own.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept its arguments, or it is in Python
            and fails.
    """
    kept = logged.propensities / logged.shares
    draws = rng.random(len(logged)) * kept / kept.min(initial=1.0)
    rewards: list[float] = []
    model = open_policy(policy)
    try:
        for event, draw in zip(logged.events, draws.tolist(), strict=True):
            probability = _judge(model, event)
            if draw < probability:
                rewards.append(event.reward)
                model.learn(as_decision(_as_own(event, probability)), event.reward)
    finally:
        model.close()
    earned = np.array(rewards, dtype=np.float64)
    if len(earned) < MIN_ACCEPTED:
        return Replay(len(earned), NOTHING)
    return Replay(len(earned), mean_with_interval(earned, np.ones(len(earned))))


def _judge(model: JudgedModel, event: LoggedDecision) -> float:
    """Return how likely the policy is to choose as logged."""
    probability = float(model.judge(event.context, event.actions)[0][event.chosen])
    return probability if np.isfinite(probability) else 0.0


def _as_own(event: LoggedDecision, probability: float) -> LoggedDecision:
    """Return an event as the policy itself would have logged it."""
    return replace(event, propensity=probability, drop_probability=0.0)
