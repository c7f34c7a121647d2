"""Observations: the rewards and activations that clients with local inference log."""

from math import isfinite

import numpy as np
from flatbuffers import number_types as kinds

from mock_service.batches.batch import BatchEvent, PostedBatch
from mock_service.batches.flat_table import BatchInvalid, FlatTable, refuse_damage
from mock_service.batches.schema import OutcomeEvent, PayloadType, Union
from mock_service.loop.reported import ReportedOutcome


def read_outcomes(content: bytes) -> list[ReportedOutcome]:
    """Return what a batch says came of decisions.

    Raises:
        BatchInvalid: it is damaged, or one of its events is no reward and no activation.
        EncodingUnknown: it is packed in a way that is not read here.
    """
    found = []
    for event in PostedBatch(content).events:
        with refuse_damage(f"event {event.id!r:.60}"):
            found.append(_outcome(event))
    return found


def _outcome(event: BatchEvent) -> ReportedOutcome:
    if event.type is not PayloadType.OUTCOME:
        raise BatchInvalid(f"event {event.id!r:.60}: expected an outcome, got {event.type.name}")
    outcome = event.payload
    slot = _slot(outcome)
    if outcome.flag(OutcomeEvent.ACTION_TAKEN):
        return ReportedOutcome(event.id, None, slot)
    kind = int(outcome.number(OutcomeEvent.VALUE_TYPE, kinds.Uint8Flags))
    value = outcome.table(OutcomeEvent.VALUE) if kind == Union.NUMERIC else None
    reward = float("nan") if value is None else value.number(0, kinds.Float32Flags)
    if not isfinite(reward):
        raise BatchInvalid(f"event {event.id!r:.60}: expected a finite number as its value")
    return ReportedOutcome(event.id, _shortest(reward), slot)


def _slot(outcome: FlatTable) -> str | int | None:
    """Return the slot an outcome is about: its id, or its place from 0."""
    kind = Union(int(outcome.number(OutcomeEvent.INDEX_TYPE, kinds.Uint8Flags)))
    if kind is Union.LITERAL:
        return outcome.text(OutcomeEvent.INDEX)
    index = outcome.table(OutcomeEvent.INDEX) if kind is Union.NUMERIC else None
    return None if index is None else int(index.number(0, kinds.Int32Flags))


def _shortest(number: float) -> float:
    """Return the number in single precision as its client wrote it: 0.8, not 0.800000011920929."""
    return float(str(np.float32(number)))
