"""A policy in Python as a model: asked, taught, and copied when it is exported."""

import pickle
from collections.abc import Callable, Sequence
from typing import Any

from mock_service.loop.configuration import ProblemType
from mock_service.loop.decision import Action, Decision
from mock_service.loop.protocols import Explanation, Prediction
from mock_service.python_policies.coba_policy import adapt
from mock_service.python_policies.protocol import Features, PolicyAction, to_actions, to_features
from mock_service.python_policies.reference import (
    PolicyReference,
    find_factory,
    load_policy_module,
    parse_reference,
    wanted_arguments,
)
from mock_service.user_code import Problem, UserCode, show_answer
from mock_service.vowpal.online_learner import OnlineLearnerMixin

_TOLERANCE = 1e-6
"""How far from 1 probabilities may sum: single precision is that exact."""
_METHODS = ("predict", "learn")


class PythonModel(OnlineLearnerMixin):
    """A user's policy behind the protocol of every learner; what it does wrong, it is told."""

    problem_type = ProblemType.SINGLE_SLOT

    def __init__(
        self, policy: str, *, seed: int, exploration: float = 0.0, saved: bytes = b""
    ) -> None:
        """Make the policy that a text like ``python:linucb.py:LinUCB`` names.

        It goes on from what it `saved`, if that is not empty.

        Raises:
            LearningPolicyInvalid: there is no such policy, or it cannot be made.
        """
        reference = parse_reference(policy)
        self._problem = reference.problem
        self._file = getattr(load_policy_module(reference), "__file__", None) or ""
        self._policy = _make(reference, self._calling, seed=seed, exploration=exploration)
        if saved:
            self._restore(saved)
        self._calls = 0
        self._context: tuple[str, Features] = ("", {})
        self._actions: tuple[tuple[Action, ...], list[PolicyAction]] = ((), [])

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions` by their probabilities; equal ones stay in the given order.

        Raises:
            LearningPolicyInvalid: the policy fails, or what it returns are no probabilities.
        """
        probabilities = self._probabilities(context, actions)
        order = sorted(range(len(probabilities)), key=lambda index: -probabilities[index])
        return Prediction(tuple(order), tuple([probabilities[index] for index in order]))

    def _probabilities(self, context: str, actions: tuple[Action, ...]) -> list[float]:
        self._calls += 1
        arguments = self._to_policy(context, actions)
        with self._calling(f"predict (call {self._calls:,}): "):
            answer = self._policy.predict(*arguments)
        return self._check(answer, len(actions))

    def judge(
        self, context: str, actions: tuple[Action, ...]
    ) -> tuple[Sequence[float], Sequence[float]]:
        """Return each action's probability and, as it does not predict any, a cost of 0.

        Raises:
            LearningPolicyInvalid: the policy fails, or what it returns are no probabilities.
        """
        return self._probabilities(context, actions), [0.0] * len(actions)

    def learn(self, decision: Decision, reward: float) -> None:
        """Teach the policy that the chosen action of `decision` earned `reward`.

        Raises:
            LearningPolicyInvalid: the policy fails.
        """
        shown = self._to_policy(decision.context, decision.actions)
        with self._calling(f"learn (after call {self._calls:,} of predict): "):
            self._policy.learn(*shown, decision.order[0], decision.training_probability, reward)

    def explain(self, context: str, actions: tuple[Action, ...]) -> list[Explanation]:  # noqa: ARG002 (protocol)
        """Say nothing: what moves a user's own policy cannot be told from outside."""
        return [()] * len(actions)

    def snapshot(self) -> bytes:
        """Return what the policy has learned: what it saves, or a pickle of it.

        Raises:
            LearningPolicyInvalid: it can do neither.
        """
        if (save := getattr(self._policy, "save", None)) is None:
            with self._calling("it cannot be copied (give it save() and load()): "):
                return pickle.dumps(self._policy)
        with self._calling("save: "):
            saved = save()
        if not isinstance(saved, bytes):
            raise self._problem(f"save: expected bytes, got {show_answer(saved)}")
        return saved

    def close(self) -> None:
        """Hold nothing that was to be given back."""

    def _restore(self, saved: bytes) -> None:
        if (load := getattr(self._policy, "load", None)) is None:
            with self._calling("it cannot be copied (give it save() and load()): "):
                self._policy = pickle.loads(saved)  # noqa: S301 (pickled by this very process)
        else:
            with self._calling("load: "):
                load(saved)

    def _to_policy(
        self, context: str, actions: tuple[Action, ...]
    ) -> tuple[Features, list[PolicyAction]]:
        """Return what the policy is shown; what it was shown last is not read again."""
        if context != self._context[0]:
            self._context = context, to_features(context)
        if actions is not self._actions[0]:
            self._actions = actions, to_actions([(one.id, one.features) for one in actions])
        return self._context[1], self._actions[1]

    def _check(self, answer: object, count: int) -> list[float]:
        """Return the probabilities that a policy answered with, as plain numbers."""
        try:
            found = [float(one) for one in answer]  # type: ignore[attr-defined] # refused below
        except Exception:  # noqa: BLE001 (a user's object, which may fail with anything)
            found = []
        if len(found) == count and all(one >= 0 for one in found):
            if abs(sum(found) - 1.0) <= _TOLERANCE:
                return found
            wrong = f"they sum to {sum(found):.6g}"
        else:
            wrong = f"got {show_answer(answer)}"
        raise self._problem(
            f"predict (call {self._calls:,}): expected {count} probabilities of at least 0 that "
            f"sum to 1, and {wrong}"
        )

    def _calling(self, doing: str) -> UserCode:
        return UserCode(self._problem, doing, self._file)


def check_python_policy(policy: str) -> None:
    """See that a policy in Python can be made, has its methods and can be copied.

    Raises:
        LearningPolicyInvalid: it is not so.
    """
    PythonModel(policy, seed=0, saved=PythonModel(policy, seed=0).snapshot())


def _make(
    reference: PolicyReference,
    calling: Callable[[str], UserCode],
    *,
    seed: int,
    exploration: float,
) -> Any:  # noqa: ANN401 (a user's object: what it is was checked, not typed)
    arguments = wanted_arguments(reference, seed, exploration)
    factory = find_factory(reference)
    with calling(f"{reference.name}: "):
        policy = adapt(factory(**arguments))
    _check_methods(policy, reference.problem)
    return policy


def _check_methods(policy: object, problem: Problem) -> None:
    for name in _METHODS:
        if not callable(getattr(policy, name, None)):
            raise problem(f"expected a method {name}(), and {type(policy).__name__} has none")
    if hasattr(policy, "save") != hasattr(policy, "load"):
        raise problem("expected save() and load() together, and there is one of them")
