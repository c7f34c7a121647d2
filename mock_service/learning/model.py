"""One Vowpal Wabbit model with its exploration."""

from collections.abc import Sequence
from functools import cached_property

from vowpalwabbit import pyvw

from mock_service.learning.examples import ParsedExamples
from mock_service.learning.explanation import explained
from mock_service.learning.immediate import Immediate
from mock_service.learning.workspace import (
    SHORTEST,
    check,
    given_back,
    open_workspace,
    saved,
    shortest,
)
from mock_service.loop.decision import Action, Decision
from mock_service.loop.seams import Explanation, Prediction


class VowpalModel(Immediate):
    """A contextual-bandit model with its policy."""

    def __init__(self, arguments: str, model: bytes = b"") -> None:
        """Start from `model`, or untrained when it is empty.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept `arguments`.
        """
        self._arguments = arguments
        self._given_back = _nothing
        self.trained = bool(model)
        if model:
            self._workspace = open_workspace(arguments, model)
            self._parsed = self._parsed_for(self._workspace)
        else:
            check(arguments)

    @cached_property
    def _workspace(self) -> pyvw.Workspace:
        """The workspace, opened when it is first needed: an untrained model answers without."""
        return open_workspace(self._arguments, b"")

    @cached_property
    def _parsed(self) -> ParsedExamples:
        return self._parsed_for(self._workspace)

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions`, best first; uniform in the given order when untrained."""
        count = len(actions)
        if not self.trained:
            return Prediction(tuple(range(count)), (shortest(1.0 / count),) * count)
        examples = self._parsed.decision(context, actions)
        self._workspace.predict_multi(examples)
        probabilities = list(map(_shortest_of, examples[0].get_action_scores()))
        costs = list(map(_cost_of, examples[1:]))
        order = sorted(range(count), key=costs.__getitem__)
        ranked = [probabilities[index] for index in order]
        if ranked != sorted(ranked, reverse=True):  # some explorations do not go by cost alone
            order.sort(key=lambda index: -probabilities[index])
            ranked.sort(reverse=True)
        return Prediction(tuple(order), tuple(ranked))

    def explain(self, context: str, actions: tuple[Action, ...]) -> list[Explanation]:
        """Say what features add to the predicted reward of each action; nothing when untrained."""
        if not self.trained:
            return [()] * len(actions)
        return explained(self.costs, context, actions)

    def costs(self, context: list[object], actions: list[list[object]]) -> list[float]:
        """Return the predicted cost of each list of action features; features are not kept."""
        return self._parsed.costs(context, actions)

    def judge(
        self, context: str, actions: tuple[Action, ...]
    ) -> tuple[Sequence[float], Sequence[float]]:
        """Return each action's probability and predicted cost, in the order given."""
        count = len(actions)
        if not self.trained:
            return [1.0 / count] * count, [0.0] * count
        examples = self._parsed.decision(context, actions)
        self._workspace.predict_multi(examples)
        return examples[0].get_action_scores(), list(map(_cost_of, examples[1:]))

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward`."""
        examples = self._parsed.decision(decision.context, decision.actions)
        chosen = decision.order[0]
        features = decision.actions[chosen].features
        labelled = self._parsed.labelled(features, cost=-reward, probability=decision.propensity)
        unlabelled, examples[1 + chosen] = examples[1 + chosen], labelled
        self._workspace.learn_multi(examples)
        examples[1 + chosen] = unlabelled
        self.trained = True

    def snapshot(self) -> bytes:
        """Return the model as Vowpal Wabbit writes it; empty when untrained."""
        if not self.trained:
            return b""
        return saved(self._workspace)

    def close(self) -> None:
        """Give back what the workspace holds."""
        self._given_back()

    def _parsed_for(self, workspace: pyvw.Workspace) -> ParsedExamples:
        parsed = ParsedExamples(workspace)
        self._given_back = given_back(self, workspace, parsed.clear)
        return parsed


_cost_of = pyvw.Example.get_partial_prediction
_shortest_of = SHORTEST.__getitem__


def _nothing() -> object:
    """Give nothing back: nothing was taken."""
    return None
