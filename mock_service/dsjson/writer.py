"""The one writer of logs: the service's own fields, in its order."""

import json
import re
from collections.abc import Iterable
from datetime import datetime

from mock_service.dsjson.event import (
    LoggedDecision,
    LoggedMultiSlot,
    LoggedObservation,
    LoggedSlot,
)
from mock_service.loop.configuration import LearningMode
from mock_service.loop.decision import Action
from mock_service.timestamps import format_timestamp

_COMMANDS = ("_multi", "_slots", "_tag", "_inc", "_text", "_id", "_slot_id", "_type", "_label")
"""Beginnings of names that Vowpal Wabbit takes for its own, wherever they stand."""

_SUSPICIOUS = re.compile(r'"_|\\u005f|\\u005F')


def write_line(event: LoggedDecision | LoggedMultiSlot) -> str:
    """Return an event as one line of DSJSON, without a line end; Vowpal Wabbit can read it."""
    if isinstance(event, LoggedMultiSlot):
        return _object(_multi_slot_members(event))
    return _object(_decision_members(event))


def _decision_members(event: LoggedDecision) -> dict[str, str | None]:
    return {
        "_label_cost": _number(event.cost),
        "_label_probability": _number(event.propensity),
        "_label_Action": str(event.chosen + 1),
        "_labelIndex": str(event.chosen),
        "_skipLearn": "true" if event.skip_learn else None,
        "o": _observations(event.observations),
        "Timestamp": _timestamp(event.at),
        "Version": json.dumps(event.version),
        "EventId": json.dumps(event.event_id),
        "a": _array([str(index + 1) for index in event.order]),
        "c": _object(_context_members(event.context, event.actions)),
        "p": _array(map(_number, event.probabilities)),
        "VWState": _object({"m": json.dumps(event.model_id)}),
        "pdrop": _number(event.drop_probability) if event.drop_probability else None,
        "_original_label_cost": _optional_number(event.original_cost),
        "_learningMode": _learning_mode(event),
    }


def _multi_slot_members(event: LoggedMultiSlot) -> dict[str, str | None]:
    slots = {"_slots": _array(map(_slot, event.slots))}
    return {
        "Timestamp": _timestamp(event.at),
        "Version": json.dumps(event.version),
        "EventId": json.dumps(event.event_id),
        "_skipLearn": "true" if event.skip_learn else None,
        "o": _observations(event.observations) if event.observations else None,
        "c": _object({**_context_members(event.context, event.actions), **slots}),
        "_outcomes": _array(map(_outcome, event.slots)),
        "_ba": _array(map(str, event.baselines)) if event.baselines else None,
        "VWState": _object({"m": json.dumps(event.model_id)}),
        "pdrop": _number(event.drop_probability) if event.drop_probability else None,
    }


def _context_members(context: str, actions: tuple[Action, ...]) -> dict[str, str | None]:
    return {"FromUrl": _features(context), "_multi": _array(map(_action, actions))}


def _action(action: Action) -> str:
    return _object({"_tag": json.dumps(action.id), "j": _features(action.features)})


def _slot(slot: LoggedSlot) -> str:
    features = _features(slot.features)
    if slot.allowed is not None:
        inner = features.strip()[1:-1].strip()
        allowed = _object({"_inc": _array(map(str, slot.allowed))})
        features = _array([inner, allowed] if inner else [allowed])
    return _object({"_id": json.dumps(slot.id), "sj": features})


def _outcome(slot: LoggedSlot) -> str:
    return _object(
        {
            "_label_cost": _optional_number(slot.cost),
            "_id": json.dumps(slot.id),
            "_a": _array(map(str, slot.order)),
            "_p": _array(map(_number, slot.probabilities)),
            "_o": _observations(slot.observations),
            "_original_label_cost": _optional_number(slot.original_cost),
        }
    )


def _observations(observations: tuple[LoggedObservation, ...]) -> str:
    return _array(map(_observation, observations))


def _observation(observation: LoggedObservation) -> str:
    return _object(
        {
            "v": _optional_number(observation.value),
            "EventId": json.dumps(observation.event_id),
            "Index": None if observation.slot is None else json.dumps(observation.slot),
            "ActionTaken": "true" if observation.action_taken else "false",
        }
    )


def _features(features: str) -> str:
    """Return features fit for one line, without names that would command Vowpal Wabbit.

    Line ends of any kind, and whatever a terminal would obey or not show, are written as escapes.
    """
    if features.isprintable() and not _SUSPICIOUS.search(features):
        return features
    return json.dumps(_harmless(json.loads(features)), separators=(",", ":"))


def _harmless(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: _harmless(inner)
            for name, inner in value.items()
            if not name.startswith(_COMMANDS)
        }
    if isinstance(value, list):
        return [_harmless(item) for item in value]
    return value


def _learning_mode(event: LoggedDecision) -> str | None:
    """Return the mode, where a reader could not tell it from the rest of the line."""
    mode = event.learning_mode
    return None if mode in {None, LearningMode.ONLINE} else json.dumps(mode)


def _timestamp(at: datetime | None) -> str | None:
    if at is None:
        return None
    return f'"{format_timestamp(at, "microseconds")}"'


def _optional_number(value: float | None) -> str | None:
    return None if value is None else _number(value)


def _number(value: float) -> str:
    return repr(float(value))


def _array(items: Iterable[str]) -> str:
    return f"[{','.join(items)}]"


def _object(members: dict[str, str | None]) -> str:
    return "{" + ",".join(f'"{name}":{value}' for name, value in members.items() if value) + "}"
