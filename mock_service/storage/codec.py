"""Values of the loop as columns, and back, to the last bit."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from mock_service.loop.configuration import LearningMode
from mock_service.loop.decision import Action, Decision
from mock_service.loop.state import LoopState

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STATES = TypeAdapter(LoopState)

EVENT_COLUMNS = "number, event_id, at, context, actions, answer, deferred, learning_mode, model"


def to_number(at: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def to_moment(number: int) -> datetime:
    """Return microseconds since 1970 as a moment."""
    return _EPOCH + number * _MICROSECOND


def actions_text(actions: tuple[Action, ...]) -> str:
    """Return actions as one text."""
    return json.dumps([[action.id, action.features] for action in actions], separators=(",", ":"))


def actions_of(text: str) -> tuple[Action, ...]:
    """Return the actions of a text."""
    return tuple(Action(id_, features) for id_, features in json.loads(text))


def answer_text(decision: Decision) -> str:
    """Return what was answered: order, probabilities and, if not all were, who was eligible."""
    answer: list[object] = [decision.order, decision.probabilities]
    if len(decision.actions) != len(decision.candidates):
        eligible = {id(action) for action in decision.actions}
        answer.append([n for n, action in enumerate(decision.candidates) if id(action) in eligible])
    return json.dumps(answer, separators=(",", ":"))


def decision_of(row: tuple[Any, ...], candidates: tuple[Action, ...]) -> Decision:
    """Return the decision in a row of `EVENT_COLUMNS`."""
    _, event_id, at, context, _, answer, deferred, learning_mode, model = row
    order, probabilities, *eligible = json.loads(answer)
    actions = tuple(candidates[n] for n in eligible[0]) if eligible else candidates
    return Decision(
        event_id,
        to_moment(at),
        context,
        candidates,
        actions,
        tuple(order),
        tuple(probabilities),
        bool(deferred),
        LearningMode(learning_mode),
        model,
    )


def state_text(state: LoopState) -> str:
    """Return a loop's settings as JSON."""
    return _STATES.dump_json(state).decode()


def state_of(text: str) -> LoopState:
    """Return the settings in a JSON text; those that are newer than the text get their default."""
    return _STATES.validate_json(text)
