"""Mistakes in tastes that follow the context: features and values that no visit has."""

from collections.abc import Iterator

from simulator.errors import HookProblem
from simulator.scenario.features import Calendar, ChoiceFeature, TimeOfDay, WholeNumber
from simulator.scenario.fields import Table
from simulator.scenario.hooks import load_hook
from simulator.scenario.model import Profile, Scenario
from simulator.scenario.tastes import ANYTHING, ByContext, Linear, TasteSpec, as_key

_MANY = 1000
_ENDLESS = None
_Values = list[str] | None
"""The values a feature can have, as keys; None when there are too many to name them all."""


def taste_mistakes(key: str, scenario: Scenario, tastes: TasteSpec) -> Iterator[str]:
    """Yield one line for each mistake in tastes that do not go by profile."""
    if tastes.by_context is not None:
        yield from dict.fromkeys(_table(f"{key}.by_context", scenario, tastes.by_context))
    if tastes.linear is not None:
        yield from _linear(f"{key}.linear", scenario, tastes.linear)
    if tastes.hook is not None:
        yield from hook_mistakes(f"{key}.hook", scenario, tastes.hook)


def hook_mistakes(key: str, scenario: Scenario, hook: str) -> Iterator[str]:
    """Yield a line when the function is not there."""
    try:
        load_hook(hook, scenario.folder)
    except HookProblem as problem:
        yield f"{key}: expected a Python function, got {hook!r}: {problem.problem}"


def _table(key: str, scenario: Scenario, spec: ByContext) -> Iterator[str]:
    unknown = [name for name in spec.features if name not in _context_features(scenario)]
    for name in unknown:
        known = ", ".join(_context_features(scenario))
        yield f"{key}.features: expected context features ({known}), got {name!r}"
    if unknown:
        return
    for profile in scenario.profiles.values():
        values = [_values(scenario, profile, feature) for feature in spec.features]
        yield from _missing(f"{key}.table", spec.table, spec.features, values)
    every = [_all_values(scenario, feature) for feature in spec.features]
    yield from _unknown(f"{key}.table", spec.table, spec.features, every)
    yield from _leaves(f"{key}.table", spec.table, len(spec.features), scenario.action_ids)


def _missing(key: str, node: object, features: list[str], values: list[_Values]) -> Iterator[str]:
    """Yield the values of visits that have no entry."""
    if not features:
        return
    if not isinstance(node, dict):
        yield f"{key}: expected a table by {features[0]}, got {node!r}"
        return
    entries: dict[str, None] = {}  # each is looked into once, however many values share it
    for value in values[0] or [ANYTHING]:
        if value in node or ANYTHING in node:
            entries[value if value in node else ANYTHING] = None
        else:
            wanted = '"*", for any value' if value == ANYTHING else f"{value!r}"
            yield f"{key}: expected an entry for {features[0]}: {wanted}, and it is missing"
    for entry in entries:
        yield from _missing(f"{key}.{entry}", node[entry], features[1:], values[1:])


def _unknown(key: str, node: object, features: list[str], values: list[_Values]) -> Iterator[str]:
    """Yield the entries for values that no visit has."""
    if not features or not isinstance(node, dict):
        return
    for entry, inner in node.items():
        if entry != ANYTHING and values[0] is not None and entry not in values[0]:
            known = ", ".join(values[0])
            yield f"{key}: expected values of {features[0]} ({known}), got {entry!r}"
        yield from _unknown(f"{key}.{entry}", inner, features[1:], values[1:])


def _leaves(key: str, node: object, depth: int, action_ids: list[str]) -> Iterator[str]:
    """Yield what is neither an action nor a table of tastes by action."""
    if depth and isinstance(node, dict):
        for entry, inner in node.items():
            yield from _leaves(f"{key}.{entry}", inner, depth - 1, action_ids)
    elif not isinstance(node, str | dict):
        yield f"{key}: expected an action of this file, or a table of tastes, got {node!r}"
    elif not depth:
        tastes = node if isinstance(node, dict) else {node: 1.0}
        for action, taste in tastes.items():
            if action not in action_ids:
                known = ", ".join(action_ids)
                yield f"{key}: expected actions of this file ({known}), got {action!r}"
            if isinstance(taste, bool) or not isinstance(taste, int | float) or not 0 <= taste <= 1:
                yield f"{key}.{action}: expected a taste in [0, 1], got {taste!r}"


def _linear(key: str, scenario: Scenario, spec: Linear) -> Iterator[str]:
    known = {
        "context": list(_context_features(scenario)),
        "action": list(
            dict.fromkeys(n for a in scenario.actions for item in a.features for n in item)
        ),
    }
    for number, term in enumerate(spec.terms):
        named = [("context", name) for name in term.context]
        named += [("action", name) for name in term.action]
        named += [(side, name) for side, _, name in (text.partition(".") for text in term.times)]
        for side, name in named:
            if name not in known[side]:
                features = ", ".join(known[side])
                index = f"{key}.terms[{number}]"
                yield f"{index}: expected {side} features ({features}), got {name!r}"


def _context_features(scenario: Scenario) -> dict[str, None]:
    own = [name for profile in scenario.profiles.values() for name in profile.context]
    return dict.fromkeys([*own, *scenario.context])


def _all_values(scenario: Scenario, feature: str) -> _Values:
    found: list[str] = []
    for profile in scenario.profiles.values():
        values = _values(scenario, profile, feature)
        if values is None:
            return _ENDLESS
        found += values
    return list(dict.fromkeys(found))


def _values(scenario: Scenario, profile: Profile, feature: str) -> _Values:
    """Return the values a feature has in visits of a profile; what all profiles have comes last."""
    spec = scenario.context.get(feature, profile.context.get(feature))
    match spec:
        case ChoiceFeature(choice=values):
            return [as_key(value) for value in values]
        case TimeOfDay(time_of_day=parts):
            return list(parts)
        case WholeNumber(integer=(low, high)) if high - low < _MANY:
            return [str(number) for number in range(low, high + 1)]
        case Calendar(calendar="weekend"):
            return ["false", "true"]
        case Table():
            return _ENDLESS
        case _:
            return [as_key(spec)]
