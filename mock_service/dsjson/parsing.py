"""From a parsed log line to an event; how the many dialects of DSJSON are understood.

Azure's own logs keep loose context features in ``FromUrl`` and loose action features in ``j``;
other writers put namespaces next to ``_multi`` or straight into an action. Either way a namespace
becomes a feature object with one member, which means the same features to Vowpal Wabbit.
"""

import json
from typing import Any

from pydantic_core import to_json

from mock_service.dsjson.event import LoggedDecision, LoggedMultiSlot, LoggedSlot, NotAnEvent
from mock_service.dsjson.fields import (
    Json,
    as_list,
    as_object,
    cost,
    drop_probability,
    identity,
    indices,
    learning_mode,
    model_id,
    observations,
    optional_cost,
    probabilities,
    probability,
    text,
    timestamp,
    with_usual_names,
)
from mock_service.dsjson.words import TEXT, with_words
from mock_service.loop.decision import Action
from mock_service.short_cache import short_cache

_NOT_CONTEXT = frozenset({"FromUrl", "_multi", "_slots"})
_NOT_ACTION = frozenset({"_tag", "j"})
_NOT_SLOT = frozenset({"_id", "_inc", "sj"})


def decision_from(line: Json) -> LoggedDecision:
    """Return the event of a single-slot line; raises NotAnEvent when its parts make none."""
    context, actions = _context_and_actions(line)
    order, probabilities = _ranking(line, len(actions))
    return LoggedDecision(
        event_id=identity(line.get("EventId")),
        at=timestamp(line.get("Timestamp")),
        context=context,
        actions=actions,
        observations=observations(line.get("o")),
        skip_learn=bool(line.get("_skipLearn")),
        model_id=model_id(line.get("VWState")),
        drop_probability=drop_probability(line.get("pdrop", 0.0)),
        version=text(line.get("Version", "1")),
        order=order,
        probabilities=probabilities,
        cost=cost(line.get("_label_cost"), "_label_cost"),
        propensity=probability(line.get("_label_probability", probabilities[0])),
        original_cost=optional_cost(line.get("_original_label_cost"), "_original_label_cost"),
        learning_mode=learning_mode(line.get("_learningMode")),
    )


def multi_slot_from(line: Json) -> LoggedMultiSlot:
    """Return the event of a multi-slot line; raises NotAnEvent when its parts make none."""
    context, actions = _context_and_actions(line)
    slots = as_list(as_object(line["c"], "c").get("_slots"))
    outcomes = as_list(line["_outcomes"])
    if not slots or len(slots) != len(outcomes):
        raise NotAnEvent(f"_outcomes: expected one for each of {len(slots)} slots")
    return LoggedMultiSlot(
        event_id=identity(line.get("EventId")),
        at=timestamp(line.get("Timestamp")),
        context=context,
        actions=actions,
        observations=observations(line.get("o")),
        skip_learn=bool(line.get("_skipLearn")),
        model_id=model_id(line.get("VWState")),
        drop_probability=drop_probability(line.get("pdrop", 0.0)),
        version=text(line.get("Version", "1")),
        slots=tuple(map(_slot, slots, outcomes, [len(actions)] * len(slots))),
        baselines=_baselines(line, len(slots), len(actions)),
    )


def _baselines(line: Json, slots: int, actions: int) -> tuple[int, ...]:
    """Return what the application would have shown by itself: an action a slot, if logged."""
    baselines = indices(line.get("_ba"), "_ba")
    if not baselines:
        return ()
    if len(baselines) != slots or not all(0 <= index < actions for index in baselines):
        raise NotAnEvent(f"_ba: expected an action's index for each of {slots} slots")
    return baselines


def _slot(slot: object, outcome: object, actions: int) -> LoggedSlot:
    offered, came = as_object(slot, "_slots"), with_usual_names(as_object(outcome, "_outcomes"))
    order = indices(came.get("_a"), "_a")
    ranked = probabilities(came.get("_p"))
    _check_ranking(order, ranked, actions)
    features, allowed = _slot_features(offered)
    return LoggedSlot(
        id=identity(offered.get("_id", came.get("_id"))),
        features=features,
        order=order,
        probabilities=ranked,
        cost=optional_cost(came.get("_label_cost"), "_label_cost"),
        original_cost=optional_cost(came.get("_original_label_cost"), "_original_label_cost"),
        allowed=allowed,
        observations=observations(came.get("_o")),
    )


def _slot_features(slot: Json) -> tuple[str, tuple[int, ...] | None]:
    """Return a slot's features, and the actions it may have: logged beside or among them."""
    allowed = slot.get("_inc")
    features: list[object] = []
    for item in as_list(slot.get("sj")):
        if isinstance(item, dict) and "_inc" in item:
            allowed = item.pop("_inc")
            if not item:
                continue
        features.append(item)
    features += [{name: slot[name]} for name in slot if name not in _NOT_SLOT]
    return _json(features), None if allowed is None else indices(allowed, "_inc")


def _context_and_actions(line: Json) -> tuple[str, tuple[Action, ...]]:
    context = as_object(line["c"], "c")
    multi = context.get("_multi")
    if not isinstance(multi, list) or not multi:
        raise NotAnEvent("c._multi: expected a list with at least one action")
    return _features(context, "FromUrl", _NOT_CONTEXT), parse_actions(multi)


def parse_loose(features: object) -> str:
    """Return the features of a context that has no other namespaces."""
    return _features({"FromUrl": features}, "FromUrl", _NOT_CONTEXT)


@short_cache(512)
def _actions(multi: str) -> tuple[Action, ...]:
    """Return the actions of a text: most lines of a log offer the actions of an earlier one."""
    items = json.loads(multi)
    return tuple([_action(as_object(item, "_multi"), index) for index, item in enumerate(items)])


def parse_actions(multi: list[Any]) -> tuple[Action, ...]:
    """Return the actions of a context.

    Raises:
        NotAnEvent: one is no object.
    """
    return _actions(_json(multi))


def _action(action: Json, index: int) -> Action:
    """Return an action; one without a tag is called by its id feature, or by its place."""
    name = action.get("_tag")
    if name is None:
        identity = action.get("i")
        name = identity.get("id") if isinstance(identity, dict) else None
    return Action(text(index if name is None else name), _features(action, "j", _NOT_ACTION))


def _features(owner: Json, loose: str, others: frozenset[str]) -> str:
    """Return the features of a context or an action: a JSON array of objects, as text."""
    items = owner.get(loose, [])
    if not isinstance(items, list):
        items = [{loose: items}]
    named = [{name: owner[name]} for name in owner if name not in others and name != TEXT]
    found = [*items, *named, *([{TEXT: owner[TEXT]}] if TEXT in owner else [])]
    written = _json(found)
    return _json(with_words(found)) if TEXT in written else written


def _json(value: object) -> str:
    try:
        return to_json(value).decode()
    except ValueError:  # half a character, which JSON can write and UTF-8 cannot
        return json.dumps(value, separators=(",", ":"))


def _ranking(line: Json, actions: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return the order, the labelled action first, and the probabilities that belong to it."""
    label = _label(line)
    order = _order(indices(line.get("a", line.get("_a")), "a"), label, actions)
    ranked = probabilities(line.get("p", line.get("_p")))
    if not order:
        order, ranked = (label,), (probability(line.get("_label_probability")),)
    _check_ranking(order, ranked, actions)
    if label == order[0] or label not in order:
        return order, ranked
    index = order.index(label)
    front = (index, *range(index), *range(index + 1, len(order)))
    return tuple([order[n] for n in front]), tuple([ranked[n] for n in front])


def _order(counted: tuple[int, ...], label: int, actions: int) -> tuple[int, ...]:
    """Return indices into the actions; some writers count them from 0, and most from 1.

    The label, which always counts from 0, tells them apart; an action that would not be there does.
    """
    if 0 in counted or (label in counted and label + 1 not in counted and len(counted) < actions):
        return counted
    return tuple([index - 1 for index in counted])


def _label(line: Json) -> int:
    """Return the index of the labelled action, or -1 where the line does not say."""
    found = indices(line.get("_labelIndex"), "_labelIndex")
    if found:
        return found[0]
    counted = indices(line.get("_label_Action"), "_label_Action")
    return counted[0] - 1 if counted else -1


def _check_ranking(order: tuple[int, ...], probabilities: tuple[float, ...], actions: int) -> None:
    if len(order) != len(probabilities):
        raise NotAnEvent(f"{len(order)} actions ranked with {len(probabilities)} probabilities")
    if not order or len(set(order)) < len(order):
        raise NotAnEvent("a: expected each ranked action once, and at least one")
    if min(order) < 0 or max(order) >= actions:
        raise NotAnEvent(f"a: expected places among {actions} actions")
