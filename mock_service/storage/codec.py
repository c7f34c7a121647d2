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
    """Return what was answered, as a JSON list: order, probabilities, eligible, drop probability.

    The eligible candidates are null where all were; what is usual at the end is left out.
    """
    answer: list[object] = [decision.order, decision.probabilities]
    if len(decision.actions) != len(decision.candidates):
        eligible = {id(action) for action in decision.actions}
        answer.append([n for n, action in enumerate(decision.candidates) if id(action) in eligible])
    if decision.drop_probability:
        answer += [None] * (3 - len(answer)) + [decision.drop_probability]
    return to_json(answer).decode()


def decode_decision(row: tuple[Any, ...], candidates: tuple[Action, ...]) -> Decision:
    """Return the decision in a row of `EVENT_COLUMNS`."""
    _, event_id, at, context, _, answer, deferred, learning_mode, model = row
    order, probabilities, *rest = from_json(answer)
    eligible = rest[0] if rest else None
    actions = candidates if eligible is None else tuple(candidates[n] for n in eligible)
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
        float(rest[1]) if len(rest) > 1 else 0.0,
    )


def encode_state(state: LoopState) -> str:
    """Return a loop's settings as JSON."""
    return _STATES.dump_json(state).decode()


def decode_state(text: str) -> LoopState:
    """Return the settings in a JSON text; those that are newer than the text get their default."""
    return _STATES.validate_json(text)
