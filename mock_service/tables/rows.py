"""A decision as a row of a table, and back: nothing that a log line holds is lost."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mock_service.dsjson.event import (
    UNTRAINED_MODEL,
    LoggedDecision,
    LoggedMultiSlot,
    LoggedObservation,
)
from mock_service.dsjson.multi_slot import split_slots
from mock_service.loop.configuration import LearningMode
from mock_service.loop.decision import Action
from mock_service.loop.slots import SEPARATOR, slot_event_id

Row = dict[str, Any]

COLUMNS = {
    "event_id": "the event's id; the slots of a page share theirs",
    "slot_id": "the slot's id, null on a page of one slot",
    "time": "when it was decided, in UTC; null where a log keeps no time",
    "context": "the context's features: a JSON array of objects, as text",
    "actions": "the candidates: each an `id` and `features`, a JSON array of objects, as text",
    "order": "indices into `actions` from 0, the chosen one first",
    "probabilities": "of the actions in `order`",
    "chosen": "the id of the action that was shown",
    "probability": "the chance it had of being shown",
    "reward": "what was learned from",
    "observed_reward": "what users gave; null where that is `reward`",
    "observations": "what was heard: `value` or, for an activation, `activation`",
    "learned": "whether it counts: false where it was deferred and never activated",
    "model": "the model that was asked",
    "drop_probability": "the chance that an event like it was left out of the log",
    "learning_mode": "the loop's mode, null where the log does not say",
    "version": "of the log's format",
}
"""The columns and what they hold, in their order."""


def to_rows(events: Iterable[LoggedDecision | LoggedMultiSlot]) -> Iterator[Row]:
    """Yield a row a decision: each slot of a page is one."""
    for event in events:
        if isinstance(event, LoggedMultiSlot):
            yield from map(_to_row, split_slots(event))
        else:
            yield _to_row(event)


def from_row(row: Mapping[str, Any]) -> LoggedDecision:
    """Return the decision in a row, which may lack what has a default.

    Raises:
        LookupError, TypeError, ValueError: a column is missing, or holds something else.
    """
    known = {name: value for name, value in row.items() if not _is_missing(value)}
    name, slot = str(known["event_id"]), known.get("slot_id")
    observed, mode = known.get("observed_reward"), known.get("learning_mode")
    return LoggedDecision(
        event_id=name if slot is None else slot_event_id(name, str(slot)),
        at=_moment(known.get("time")),
        context=str(known["context"]),
        actions=tuple([Action(str(one["id"]), str(one["features"])) for one in known["actions"]]),
        observations=tuple(map(_observation, known.get("observations", ()))),
        skip_learn=not known.get("learned", True),
        model_id=str(known.get("model", UNTRAINED_MODEL)),
        drop_probability=float(known.get("drop_probability", 0.0)),
        version=str(known.get("version", "1")),
        order=tuple([int(index) for index in known["order"]]),
        probabilities=tuple([float(one) for one in known["probabilities"]]),
        cost=0.0 - float(known["reward"]),
        propensity=float(known["probability"]),
        original_cost=None if observed is None else 0.0 - float(observed),
        learning_mode=None if mode is None else LearningMode(mode),
    )


def _is_missing(value: object) -> bool:
    """Return whether a cell is empty: tables write that as nothing, or as what is no number."""
    return value is None or (isinstance(value, float | datetime) and value != value)  # noqa: PLR0124 (only what is no number, or no time, is not itself)


def _to_row(event: LoggedDecision) -> Row:
    name, _, slot = event.event_id.partition(SEPARATOR)
    return {
        "event_id": name,
        "slot_id": slot or None,
        "time": event.at,
        "context": event.context,
        "actions": [{"id": one.id, "features": one.features} for one in event.actions],
        "order": list(event.order),
        "probabilities": list(event.probabilities),
        "chosen": event.actions[event.chosen].id,
        "probability": event.propensity,
        "reward": event.reward,
        "observed_reward": None if event.original_cost is None else 0.0 - event.original_cost,
        "observations": [
            {
                "event_id": one.event_id,
                "value": one.value,
                "activation": one.action_taken,
                "slot": one.slot,
            }
            for one in event.observations
        ],
        "learned": not event.skip_learn,
        "model": event.model_id,
        "drop_probability": event.drop_probability,
        "learning_mode": None if event.learning_mode is None else event.learning_mode.value,
        "version": event.version,
    }


def _observation(heard: Mapping[str, Any]) -> LoggedObservation:
    return LoggedObservation(
        str(heard["event_id"]), heard["value"], bool(heard["activation"]), heard["slot"]
    )


def _moment(value: datetime | None) -> datetime | None:
    """Return a moment in UTC; one without a zone is in UTC already."""
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
