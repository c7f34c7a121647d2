"""A policy walks through logged decisions: asked first about each, and taught it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mock_service.dsjson.event import LoggedDecision, as_decision
from mock_service.loop.decision import Action, Decision
from mock_service.vowpal.model import VowpalModel


@dataclass(frozen=True, slots=True)
class PolicyPredictions:
    """What a policy thought of each decision's actions, in their order; shape (events, actions).

    The arrays are as wide as the widest choice, and 0 where a choice had no such action.
    ``rewards`` is what the policy's model expected of each action.
    """

    probabilities: NDArray[np.float64]
    rewards: NDArray[np.float64]


class JudgedModel(Protocol):
    """A policy that can be asked for all it thinks of a decision, and be taught."""

    def judge(
        self, context: str, actions: tuple[Action, ...]
    ) -> tuple[Sequence[float], Sequence[float]]:
        """Return each action's probability and predicted cost, in the order given."""

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward`."""

    def close(self) -> None:
        """Give back what is held."""


def validate(
    events: Sequence[LoggedDecision], model: JudgedModel, *, learns: bool = True
) -> PolicyPredictions:
    """Ask a policy about each event with all it has learned from the earlier ones.

    That is progressive validation: no event is judged by a model that has seen it. A policy that
    does not learn, such as an exported model, answers all events as it is. The model is closed.

    Raises:
        LearningPolicyInvalid: it is a policy in Python, and fails.
    """
    shape = (len(events), max((len(event.actions) for event in events), default=0))
    replayed = PolicyPredictions(np.zeros(shape), np.zeros(shape))
    try:
        for row, event in enumerate(events):
            probabilities, costs = model.judge(event.context, event.actions)
            replayed.probabilities[row, : len(probabilities)] = probabilities
            replayed.rewards[row, : len(costs)] = costs
            if learns:
                model.learn(as_decision(event), event.reward)
    finally:
        model.close()
    np.negative(replayed.rewards, out=replayed.rewards)
    return replayed


def predict_rewards(events: Sequence[LoggedDecision], interactions: str) -> NDArray[np.float64]:
    """Return the reward a model expected of every action, with what it saw of earlier events.

    The model is a regression on the rewards by squared loss, in which every event counts the same.
    """
    even = [replace(event, propensity=1.0) for event in events]
    return validate(even, VowpalModel(f"--cb_explore_adf --cb_type mtr {interactions}")).rewards


def train(events: Sequence[LoggedDecision], arguments: str) -> VowpalModel:
    """Return a model that has learned from all of `events`; close it after use.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept the arguments.
    """
    vowpal = VowpalModel(arguments)
    for event in events:
        vowpal.learn(as_decision(event), event.reward)
    return vowpal
