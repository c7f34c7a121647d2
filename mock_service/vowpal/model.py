"""One Vowpal Wabbit model with its exploration."""

from collections.abc import Sequence
from pathlib import Path

from mock_service.loop.configuration import ProblemType
from mock_service.loop.decision import Action, Decision
from mock_service.loop.protocols import Explanation, Prediction
from mock_service.vowpal.example_cache import ExampleCache
from mock_service.vowpal.explanation import explain
from mock_service.vowpal.online_learner import OnlineLearnerMixin
from mock_service.vowpal.workspace import (
    SHORTEST,
    check_arguments,
    finalizer_for,
    float32_decimal,
    get_costs,
    open_workspace,
    save,
)


class VowpalModel(OnlineLearnerMixin):
    """A contextual-bandit model with its policy."""

    problem_type = ProblemType.SINGLE_SLOT

    def __init__(self, arguments: str, model: bytes | Path = b"") -> None:
        """Start from `model` or a file of one, or untrained when it is empty.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept `arguments`.
        """
        self._arguments = arguments
        self._given_back = _nothing
        self.trained = False
        if model:
            self._open(model)
        else:
            check_arguments(arguments)

    def _open(self, model: bytes | Path) -> None:
        """Open a workspace; that waits for the first example, as an untrained one is not asked."""
        workspace = self._workspace = open_workspace(self._arguments, model)
        self._parsed = ExampleCache(workspace)
        self._given_back = finalizer_for(self, workspace, self._parsed.clear)
        self._predict, self._learn = workspace.predict_multi, workspace.learn_multi
        self.trained = True

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions`, best first; uniform in the given order when untrained."""
        count = len(actions)
        if not self.trained:
            return Prediction(tuple(range(count)), (float32_decimal(1.0 / count),) * count)
        examples = self._parsed.decision(context, actions)
        self._predict(examples)
        scores = examples[0].get_action_scores()
        costs = get_costs(examples[1:])
        order = sorted(range(count), key=costs.__getitem__)
        probabilities = [SHORTEST[scores[index]] for index in order]
        if probabilities != sorted(probabilities, reverse=True):
            order.sort(key=lambda index: -scores[index])  # some explorations go by more than cost
            probabilities.sort(reverse=True)
        return Prediction(tuple(order), tuple(probabilities))

    def explain(self, context: str, actions: tuple[Action, ...]) -> list[Explanation]:
        """Say what features add to the predicted reward of each action; nothing when untrained."""
        if not self.trained:
            return [()] * len(actions)
        return explain(self.costs, context, actions)

    def costs(self, context: list[object], actions: list[list[object]]) -> list[float]:
        """Return the predicted cost of each list of action features; features are not kept."""
        return self._parsed.costs(context, actions) if self.trained else [0.0] * len(actions)

    def judge(
        self, context: str, actions: tuple[Action, ...]
    ) -> tuple[Sequence[float], Sequence[float]]:
        """Return each action's probability and predicted cost, in the order given."""
        count = len(actions)
        if not self.trained:
            return [1.0 / count] * count, [0.0] * count
        examples = self._parsed.decision(context, actions)
        self._predict(examples)
        return examples[0].get_action_scores(), get_costs(examples[1:])

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward`."""
        if not self.trained:
            self._open(b"")
        examples = self._parsed.decision(decision.context, decision.actions)
        chosen = decision.order[0]
        features = decision.actions[chosen].features
        labelled = self._parsed.labelled_example(features, -reward, decision.training_probability)
        unlabelled, examples[1 + chosen] = examples[1 + chosen], labelled
        self._learn(examples)
        examples[1 + chosen] = unlabelled

    def snapshot(self) -> bytes:
        """Return the model as Vowpal Wabbit writes it; empty when untrained."""
        if not self.trained:
            return b""
        return save(self._workspace)

    def close(self) -> None:
        """Give back what the workspace holds."""
        self._given_back()


def _nothing() -> object:
    """Give nothing back: nothing was taken."""
    return None
