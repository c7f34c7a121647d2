"""One Vowpal Wabbit model: a workspace, and the parsed examples it is asked about again and again.

Parsing costs several times what predicting and learning cost, so parsed contexts and actions are
kept and combined. A cached example may be predicted on and learned beside without harm; only the
chosen action's example carries a label, and that one is parsed anew each time.
"""

import tempfile
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from numpy import float32
from vowpalwabbit import pyvw

from mock_service.errors import LearningPolicyInvalid
from mock_service.learning.features import (
    action_document,
    context_document,
    labelled_document,
)
from mock_service.loop.decision import Action, Decision
from mock_service.loop.seams import Prediction

_CACHED_EXAMPLES = 256  # an example takes about 30 kB, so each cache stays below 8 MB
_ALWAYS = "--json --quiet --save_resume --preserve_performance_counters"


class VowpalModel:
    """A contextual-bandit model with its policy."""

    def __init__(self, arguments: str, model: bytes = b"") -> None:
        """Start from `model`, or untrained when it is empty.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept `arguments`.
        """
        self._workspace = _open_workspace(arguments, model)
        self._contexts = _ParsedExamples(self._workspace, context_document)
        self._actions = _ParsedExamples(self._workspace, action_document)
        self.trained = bool(model)

    def predict(self, context: str, actions: tuple[Action, ...]) -> Prediction:
        """Rank `actions`, best first; uniform in the given order when untrained."""
        count = len(actions)
        if not self.trained:
            return Prediction(tuple(range(count)), (_shortest(1.0 / count),) * count)
        examples = self._examples(context, actions)
        self._workspace.predict_multi(examples)
        probabilities = [_shortest(score) for score in examples[0].get_action_scores()]
        costs = [example.get_partial_prediction() for example in examples[1:]]
        order = sorted(range(count), key=lambda index: (-probabilities[index], costs[index]))
        return Prediction(tuple(order), tuple([probabilities[index] for index in order]))

    def learn(self, decision: Decision, reward: float) -> None:
        """Learn that the chosen action of `decision` earned `reward`."""
        examples = self._examples(decision.context, decision.actions)
        chosen = decision.order[0]
        labelled = self._workspace.parse(
            labelled_document(
                decision.actions[chosen].features, cost=-reward, probability=decision.propensity
            )
        )
        self._workspace.learn_multi([*examples[: 1 + chosen], labelled[1], *examples[2 + chosen :]])
        self._forget_label(examples)
        self._workspace.finish_example(labelled)
        self.trained = True

    def snapshot(self) -> bytes:
        """Return the model as Vowpal Wabbit writes it; empty when untrained."""
        if not self.trained:
            return b""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.vw")
            self._workspace.save(path)
            return path.read_bytes()

    def close(self) -> None:
        """Give back what the workspace holds."""
        self._contexts.clear()
        self._actions.clear()
        self._workspace.finish()

    def _forget_label(self, examples: list[pyvw.Example]) -> None:
        """Make the workspace forget the label it learned from last.

        While it remembers one, finishing any example looks up that label's action in whatever
        prediction the example's memory last held, and can crash the process.
        """
        self._workspace.predict_multi(examples)

    def _examples(self, context: str, actions: tuple[Action, ...]) -> list[pyvw.Example]:
        self._contexts.make_room(1)
        self._actions.make_room(len(actions))
        examples = [self._contexts.parsed(context)]
        examples.extend([self._actions.parsed(action.features) for action in actions])
        return examples


class _ParsedExamples:
    """The most recently used documents, parsed."""

    def __init__(self, workspace: pyvw.Workspace, document: Callable[[str], str]) -> None:
        self._workspace = workspace
        self._document = document
        self._examples: OrderedDict[str, pyvw.Example] = OrderedDict()

    def parsed(self, features: str) -> pyvw.Example:
        example = self._examples.get(features)
        if example is None:
            (example,) = self._workspace.parse(self._document(features))
            self._examples[features] = example
        else:
            self._examples.move_to_end(features)
        return example

    def make_room(self, wanted: int) -> None:
        """Forget the least recently used, so that `wanted` more can come without forgetting."""
        while len(self._examples) + wanted > _CACHED_EXAMPLES and len(self._examples) > wanted:
            _, example = self._examples.popitem(last=False)
            self._workspace.finish_example([example])

    def clear(self) -> None:
        while self._examples:
            _, example = self._examples.popitem()
            self._workspace.finish_example([example])


@lru_cache(maxsize=4096)
def _shortest(probability: float) -> float:
    """Return the shortest decimal that is the same single-precision number.

    That is how the wire writes it, so a client reads exactly the propensity that is stored.
    """
    return float(str(float32(probability)))


def _open_workspace(arguments: str, model: bytes) -> pyvw.Workspace:
    with tempfile.TemporaryDirectory() as folder:
        text = f"{arguments} {_ALWAYS}"
        if model:
            path = Path(folder, "model.vw")
            path.write_bytes(model)
            text += f" --initial_regressor {path}"
        try:
            return pyvw.Workspace(text)
        except RuntimeError as error:
            raise LearningPolicyInvalid(
                f"Vowpal Wabbit does not accept the learning policy {arguments!r}: {error}"
            ) from error
