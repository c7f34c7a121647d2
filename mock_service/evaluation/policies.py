"""The policies that are judged, and how each would have acted on logged decisions."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mock_service.errors import ModelInvalid
from mock_service.evaluation.logged_data import Column, LoggedData
from mock_service.python_policies.model import PythonModel, check_python_policy
from mock_service.python_policies.reference import is_python_policy, own_rate
from mock_service.security.signing import unsigned_model
from mock_service.vowpal.model import VowpalModel
from mock_service.vowpal.model_file import check_header
from mock_service.vowpal.policy_arguments import is_multi_slot
from mock_service.vowpal.progressive_validation import JudgedModel, validate
from mock_service.vowpal.sandbox import try_model, validate_policy


class PolicySource(StrEnum):
    """Where a judged policy comes from, in the service's words."""

    ONLINE = "Online"
    BASELINE = "Baseline"
    RANDOM = "Random"
    CUSTOM = "Custom"
    SEARCHED = "OfflineExperimentation"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy to judge: ``arguments`` that learn along, or a trained ``model``.

    The arguments are Vowpal Wabbit's, or name a policy in Python, which is made with ``seed``.
    """

    name: str
    source: PolicySource = PolicySource.CUSTOM
    arguments: str = ""
    model: bytes = b""
    seed: int = 0

    @property
    def learns(self) -> bool:
        """Whether the policy learns along as it is judged."""
        return self.source in {PolicySource.CUSTOM, PolicySource.SEARCHED} and not self.model


@dataclass(frozen=True, slots=True)
class ActionProbabilities:
    """How a policy acted: the probability of every action of each decision, in their order.

    ``probabilities`` has the shape (decisions, most actions) and is 0 where there is no action.
    """

    policy: Policy
    probabilities: NDArray[np.float64]

    def rows(self, start: int) -> "ActionProbabilities":
        """Return what the policy did from the decision `start` on."""
        return ActionProbabilities(self.policy, self.probabilities[start:])

    def of_logged(self, logged: LoggedData) -> Column:
        """Return the probability the policy gave to each logged choice."""
        return logged.of_chosen(self.probabilities)


def custom_policy(name: str, policy: str) -> Policy:
    """Return a policy to judge from a preset's name or from Vowpal Wabbit arguments.

    A multi-slot policy is judged as the single-slot one it is for its first slot.

    Raises:
        LearningPolicyInvalid: neither a preset nor a policy that is safe and works.
    """
    single = policy.replace("--ccb_explore_adf", "--cb_explore_adf")
    return Policy(name, PolicySource.CUSTOM, validate_policy(single))


def python_policy(name: str, text: str, seed: int) -> Policy:
    """Return a policy to judge from a text like ``python:linucb.py:LinUCB``.

    It comes from a command line or from Python, never from a request.

    Raises:
        LearningPolicyInvalid: there is no such policy, or it cannot be made.
    """
    check_python_policy(text)
    return Policy(name, PolicySource.CUSTOM, text, seed=seed)


def open_policy(policy: Policy) -> JudgedModel:
    """Return a policy as it is before it has seen any decision; close it after use.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept the arguments or the model, or the
            policy in Python cannot be made.
    """
    if is_python_policy(policy.arguments):
        rate = own_rate(policy.arguments)
        return PythonModel(policy.arguments, seed=policy.seed, exploration=rate)
    return VowpalModel(policy.arguments, policy.model)


def exported_model(path: Path) -> Policy:
    """Return the policy of an exported model, signed or not, which does not learn any more.

    Raises:
        ModelInvalid: the file cannot be read, or is no model that works.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelInvalid(f"cannot read the model {path}: {error.strerror}") from error
    model = unsigned_model(content)
    if not model:
        raise ModelInvalid(f"the model {path} is empty: it was never trained")
    if is_multi_slot(check_header(model).arguments):
        raise ModelInvalid(f"the model {path} ranks for several slots: only one can be judged")
    try_model("", model)
    return Policy(path.name, PolicySource.CUSTOM, "", model)


ONLINE = Policy("online", PolicySource.ONLINE)
"""The policy that made the log."""

BASELINE = Policy("Baseline1", PolicySource.BASELINE)
"""The application's own choice: always the first action."""

RANDOM = Policy("BaselineRand", PolicySource.RANDOM)
"""Every action with the same probability."""


def default_policies(online: Policy = ONLINE) -> list[Policy]:
    """Return the policies that every evaluation judges, the one that made the log first."""
    return [online, BASELINE, RANDOM]


def evaluate_policy(policy: Policy, logged: LoggedData) -> ActionProbabilities:
    """Return how `policy` would have acted on `logged`, had it seen it in this order.

    Raises:
        LearningPolicyInvalid: Vowpal Wabbit does not accept the arguments or the model, or a
            policy in Python fails.
    """
    if policy.source is PolicySource.ONLINE:
        return ActionProbabilities(policy, _logged_table(logged))
    if policy.source is PolicySource.BASELINE:
        return ActionProbabilities(policy, _first(logged))
    if policy.source is PolicySource.RANDOM:
        return ActionProbabilities(policy, _uniform(logged))
    replayed = validate(logged.events, open_policy(policy), learns=not policy.model)
    by_lot = ~np.isfinite(replayed.probabilities).all(axis=1, keepdims=True)
    return ActionProbabilities(policy, np.where(by_lot, _uniform(logged), replayed.probabilities))


def _logged_table(logged: LoggedData) -> NDArray[np.float64]:
    """Return the logged probabilities; the chosen action's is its propensity."""
    events = logged.events
    table = np.zeros((len(logged), logged.max_actions))
    rows = np.repeat(np.arange(len(logged)), [len(event.order) for event in events])
    columns = np.fromiter(chain.from_iterable([event.order for event in events]), np.intp)
    ranked = chain.from_iterable([event.probabilities for event in events])
    table[rows, columns] = np.fromiter(ranked, np.float64)
    table[np.arange(len(logged)), logged.chosen] = logged.propensities
    return table


def _first(logged: LoggedData) -> NDArray[np.float64]:
    table = np.zeros((len(logged), logged.max_actions))
    table[:, :1] = 1.0
    return table


def _uniform(logged: LoggedData) -> NDArray[np.float64]:
    counts = np.array([event.action_count for event in logged.events]).reshape(-1, 1)
    indices = np.arange(logged.max_actions)
    table: NDArray[np.float64] = (indices < counts) / np.maximum(counts, 1)
    return table
