"""Tastes that follow the context: a table by its features, a linear model, a Python function.

The truth is worked out from the very context that the personalizer sees, and once for each context
that comes again and again.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.errors import HookProblem, ScenarioInvalid
from simulator.scenario.hooks import call_hook, load_hook, show_answer
from simulator.scenario.model import Scenario
from simulator.scenario.tastes import ANYTHING, ByContext, Linear, TasteSpec, Term, as_key
from simulator.users.population import ArrivalBatch

_ROWS_KEPT = 4096
Row = NDArray[np.float64]
"""How well each action pleases one visitor; shape (actions,)."""
_Features = Mapping[str, object]
_Rule = Callable[[str, _Features], Row]


class ContextualTastes:
    """Tastes by profile and context."""

    def __init__(self, scenario: Scenario, spec: TasteSpec) -> None:
        """Prepare the rule.

        Raises:
            HookProblem: the Python function is not there.
        """
        self._profiles = list(scenario.profiles)
        rule = _rule(scenario, spec)
        self._row = lru_cache(_ROWS_KEPT)(lambda name, text: rule(name, merge(json.loads(text))))

    def of(self, arrivals: ArrivalBatch) -> NDArray[np.float64]:
        """Return how well each action pleases each visitor; shape (visits, actions).

        Raises:
            HookProblem: the Python function fails, or returns no tastes.
            ScenarioInvalid: a table says nothing about a visit.
        """
        return np.array([self._row(visit.profile, visit.context) for visit in arrivals.visits])


def merge(features: list[dict[str, object]]) -> dict[str, object]:
    """Return the features of a list of objects as one mapping."""
    return {name: value for item in features for name, value in item.items()}


def _rule(scenario: Scenario, spec: TasteSpec) -> _Rule:
    if spec.by_context is not None:
        return _table_rule(scenario, spec.by_context)
    if spec.linear is not None:
        return _linear_rule(scenario, spec.linear)
    return _hook_rule(scenario, spec.hook or "")


def _table_rule(scenario: Scenario, spec: ByContext) -> _Rule:
    ids = scenario.action_ids

    def rule(_: str, context: _Features) -> Row:
        node: object = spec.table
        for feature in spec.features:
            value = as_key(context.get(feature))
            if not isinstance(node, dict) or (value not in node and ANYTHING not in node):
                raise ScenarioInvalid(
                    [f"tastes.by_context.table: no entry for {feature} = {value!r}"]
                )
            node = node.get(value, node.get(ANYTHING))
        tastes = node if isinstance(node, dict) else {node: spec.pleased}
        return np.array([float(tastes.get(id_, spec.others)) for id_ in ids])

    return rule


def _linear_rule(scenario: Scenario, spec: Linear) -> _Rule:
    actions = [merge(action.features) for action in scenario.actions]
    by_action = np.array(
        [[_factor(term, "action", action) for action in actions] for term in spec.terms]
    )

    def rule(_: str, context: _Features) -> Row:
        factors = np.array([_factor(term, "context", context) for term in spec.terms])
        total: Row = spec.intercept + factors @ by_action
        if spec.link == "logistic":
            return np.asarray(0.5 * (1.0 + np.tanh(total / 2.0)))  # the logistic, without overflow
        return np.clip(total, 0.0, 1.0)

    return rule


def _factor(term: Term, side: str, features: _Features) -> float:
    """Return what context or action contribute to a term: 0 where its conditions do not hold."""
    conditions = term.context if side == "context" else term.action
    if any(features.get(name) != wanted for name, wanted in conditions.items()):
        return 0.0
    product = term.weight if side == "context" else 1.0
    for name in term.times:
        owner, _, feature = name.partition(".")
        if owner == side:
            value = features.get(feature, 0.0)
            product *= float(value) if isinstance(value, int | float) else 0.0
    return product


def _hook_rule(scenario: Scenario, hook: str) -> _Rule:
    function = load_hook(hook, scenario.folder)
    actions = {action.id: merge(action.features) for action in scenario.actions}

    def rule(profile: str, context: _Features) -> Row:
        answer = call_hook(hook, function, profile, dict(context), actions)
        row = call_hook(hook, _as_row, answer)
        fits = isinstance(row, np.ndarray) and row.shape == (len(actions),)
        if isinstance(row, np.ndarray) and fits and bool(((row >= 0) & (row <= 1)).all()):
            return row
        said = show_answer(answer)
        raise HookProblem(hook, f"expected {len(actions)} numbers in [0, 1], got {said}")

    return rule


def _as_row(answer: object) -> Row | None:
    """Return what a function says as an array; None where it is none."""
    try:
        return np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
