"""Values of the loop as columns, and back, to the last bit."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from mock_service.loop.configuration import LearningMode
from mock_service.loop.decision import Action, Decision
from mock_service.loop.state import LoopState
from mock_service.timestamps import EPOCH

_MICROSECOND = timedelta(microseconds=1)
_STATES = TypeAdapter(LoopState)
_EARLIEST = (datetime(2, 1, 1, tzinfo=UTC) - EPOCH) // _MICROSECOND
_LATEST = (datetime(9998, 1, 1, tzinfo=UTC) - EPOCH) // _MICROSECOND

EVENT_COLUMNS = "number, event_id, at, context, actions, answer, deferred, learning_mode, model"


def to_microseconds(at: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (at - EPOCH) // _MICROSECOND


def from_microseconds(number: int) -> datetime:
    """Return microseconds since 1970 as a moment."""
    return EPOCH + number * _MICROSECOND


def check_number(number: int) -> None:
    """Accept a moment that leaves room for arithmetic: from the year 2 to the year 9997.

    Raises:
        ValueError: it does not.
    """
    if not _EARLIEST <= number < _LATEST:
        raise ValueError("a time out of range")


def encode_actions(actions: tuple[Action, ...]) -> str:
    """Return actions as one text."""
    return to_json([[action.id, action.features] for action in actions]).decode()


def decode_actions(text: str) -> tuple[Action, ...]:
    """Return the actions of a text."""
    return tuple(Action(id_, features) for id_, features in from_json(text))


def encode_answer(decision: Decision) -> str:
    """Return what was answered: order, probabilities and, if not all were, who was eligible."""
    answer: list[object] = [decision.order, decision.probabilities]
    if len(decision.actions) != len(decision.candidates):
        eligible = {id(action) for action in decision.actions}
        answer.append([n for n, action in enumerate(decision.candidates) if id(action) in eligible])
    return to_json(answer).decode()


def decode_decision(row: tuple[Any, ...], candidates: tuple[Action, ...]) -> Decision:
    """Return the decision in a row of `EVENT_COLUMNS`."""
    _, event_id, at, context, _, answer, deferred, learning_mode, model = row
    order, probabilities, *eligible = from_json(answer)
    actions = tuple(candidates[n] for n in eligible[0]) if eligible else candidates
    return Decision(
        event_id,
        from_microseconds(at),
        context,
        candidates,
        actions,
        tuple(order),
        tuple(probabilities),
        bool(deferred),
        LearningMode(learning_mode),
        model,
    )


def encode_state(state: LoopState) -> str:
    """Return a loop's settings as JSON."""
    return _STATES.dump_json(state).decode()


def decode_state(text: str) -> LoopState:
    """Return the settings in a JSON text; those that are newer than the text get their default."""
    return _STATES.validate_json(text)
