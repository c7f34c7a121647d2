"""The parsed examples that a model is asked about again and again.

Parsing costs several times what predicting and learning cost, so the most recently used contexts,
actions and labelled actions are kept parsed, and combined. An example may be predicted on and
learned from any number of times.
"""

import json
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from vowpalwabbit import pyvw

from mock_service.loop.decision import Action
from mock_service.vowpal.features import (
    ACTION_NAMESPACE,
    CONTEXT_NAMESPACE,
    action_document,
    context_document,
    labelled_document,
)
from mock_service.vowpal.workspace import Example, finish_examples, get_costs, parse

_KEPT = 256  # of each kind; an example takes about 30 kB, so each kind stays below 8 MB
_KEPT_CHARACTERS = 2**20
"""Of the texts of each kind: the example of a long text takes some times as much as the text."""
_Key = TypeVar("_Key", bound=Hashable)


class ExampleCache:
    """Examples of one workspace."""

    def __init__(self, workspace: pyvw.Workspace) -> None:
        self._workspace = workspace
        self._unlabelled = [
            *parse(workspace, context_document("[]")),
            *parse(workspace, action_document("[]")),
        ]
        self._contexts: _RecentExamples[str] = _RecentExamples()
        self._actions: _RecentExamples[tuple[str, int]] = _RecentExamples()
        self._labelled: _RecentExamples[tuple[str, float, float]] = _RecentExamples()
        self._current = self._unlabelled[:1]
        self._current_context = ""
        self._current_actions: tuple[Action, ...] = ()

    def decision(self, context: str, actions: tuple[Action, ...]) -> list[Example]:
        """Return a context and its actions, without a label; valid until the next call."""
        current = self._current
        if actions is not self._current_actions:
            self._current_actions = ()
            texts = [len(action.features) for action in actions]
            self._finish(self._actions.evict(len(actions), sum(texts)))
            current[1:] = self._action_examples(actions)
            self._current_actions = actions
        if context is not self._current_context:
            current[0] = self._contexts.get_recent(context) or self._parse_context(context)
            self._current_context = context
        return current

    def labelled_example(self, features: str, cost: float, probability: float) -> Example:
        """Return an action of the current decision with the label to learn from."""
        key = (features, cost, probability)
        example = self._labelled.get_recent(key)
        if example is None:
            self._finish(self._labelled.evict(1, len(features)))
            (example,) = parse(
                self._workspace, labelled_document(features, cost=cost, probability=probability)
            )
            self._labelled.keep(key, example, len(features))
        return example

    def costs(self, context: list[object], actions: list[list[object]]) -> list[float]:
        """Return the model's cost of each list of action features; nothing of it is kept."""
        document = {
            CONTEXT_NAMESPACE: context,
            "_multi": [{ACTION_NAMESPACE: features} for features in actions],
        }
        examples = parse(self._workspace, json.dumps(document))
        self._workspace.predict_multi(examples)
        costs = get_costs(examples[1:])
        finish_examples(self._workspace, examples)
        return costs

    def clear(self) -> None:
        """Give everything back to the workspace, for the last time."""
        for kind in (self._labelled, self._contexts, self._actions):
            self._finish(kind.evict(_KEPT, 0))
        self._finish(self._unlabelled)

    def _parse_context(self, context: str) -> Example:
        self._finish(self._contexts.evict(1, len(context)))
        (example,) = parse(self._workspace, context_document(context))
        self._contexts.keep(context, example, len(context))
        return example

    def _action_examples(self, actions: tuple[Action, ...]) -> list[Example]:
        """Return an example for each action; those with the same features have one each.

        One example twice in a decision would hold two predictions in the place of one, and crash.
        """
        texts = [action.features for action in actions]
        if len(set(texts)) == len(texts):
            return [self._action(text, 0) for text in texts]
        return [self._action(text, texts[:index].count(text)) for index, text in enumerate(texts)]

    def _action(self, features: str, twin: int) -> Example:
        example = self._actions.get_recent((features, twin))
        if example is None:
            (example,) = parse(self._workspace, action_document(features))
            self._actions.keep((features, twin), example, len(features))
        return example

    def _finish(self, examples: list[Example]) -> None:
        """Give examples back, but first make the workspace forget the label it learned last.

        While it remembers one, it looks that label's action up in whatever prediction the
        examples' memory last held, and can crash the process.
        """
        if examples:
            self._workspace.predict_multi(self._unlabelled)
            finish_examples(self._workspace, examples)


class _RecentExamples(Generic[_Key]):
    """The most recently used examples of one kind, with the lengths of their texts."""

    def __init__(self) -> None:
        self._examples: OrderedDict[_Key, Example] = OrderedDict()
        self._lengths: dict[_Key, int] = {}
        self._length = 0
        self._is_full = False

    def get_recent(self, key: _Key) -> Example | None:
        """Return the example of a key; which is the latest matters only once there is no room."""
        example = self._examples.get(key)
        if example is not None and self._is_full:
            self._examples.move_to_end(key)
        return example

    def keep(self, key: _Key, example: Example, length: int) -> None:
        """Remember an example for which there is room, or that is needed together with others."""
        self._examples[key] = example
        self._lengths[key] = length
        self._length += length
        self._is_full |= len(self._examples) >= _KEPT

    def evict(self, wanted: int, length: int) -> list[Example]:
        """Forget the least recently used until `wanted` more of a length fit, and return them."""
        surplus = []
        while self._examples and (
            len(self._examples) + wanted > _KEPT or self._length + length > _KEPT_CHARACTERS
        ):
            key, example = self._examples.popitem(last=False)
            self._length -= self._lengths.pop(key)
            self._is_full = True
            surplus.append(example)
        return surplus
