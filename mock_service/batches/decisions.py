"""Interactions: what clients decided by themselves, with a model that they had fetched."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from flatbuffers import number_types as kinds

from mock_service.batches.batch import MAX_UNFOLDED, BatchEvent, PostedBatch
from mock_service.batches.flat_table import BatchInvalid, FlatTable, refuse_damage
from mock_service.batches.schema import CbEvent, MultiSlotEvent, PayloadType, SlotEvent
from mock_service.dsjson.event import NotAnEvent
from mock_service.dsjson.multi_slot import split_slots
from mock_service.dsjson.own_decision import as_own_decision
from mock_service.dsjson.parsing import decision_from, multi_slot_from
from mock_service.loop.configuration import LearningMode
from mock_service.loop.reported import ReportedDecision
from mock_service.loop.slots import MAX_SLOTS

_MODES = (LearningMode.ONLINE, LearningMode.APPRENTICE, LearningMode.LOGGING_ONLY)
_TOLERANCE = 1e-3
"""How far from 1 the sum of probabilities in single precision may be."""


def read_interactions(content: bytes) -> list[ReportedDecision]:
    """Return what a batch says was decided.

    Raises:
        BatchInvalid: it is damaged, or one of its events is no decision.
        EncodingUnknown: it is packed in a way that is not read here.
    """
    batch = PostedBatch(content)
    found = []
    for event in batch.events:
        with refuse_damage(f"event {event.id!r:.60}"):
            try:
                found.append(_interaction(batch, event))
            except (NotAnEvent, BatchInvalid) as wrong:
                raise BatchInvalid(f"event {event.id!r:.60}: {wrong}") from wrong
    return found


def _interaction(batch: PostedBatch, event: BatchEvent) -> ReportedDecision:
    if event.type is PayloadType.CB:
        decision = as_own_decision(decision_from(_single_slot(batch, event)))
        return ReportedDecision(event.id, (decision,))
    if event.type is PayloadType.CCB:
        return _page(batch, event)
    raise BatchInvalid(f"expected a decision (CB or CCB), got {event.type.name}")


def _single_slot(batch: PostedBatch, event: BatchEvent) -> dict[str, Any]:
    """Return the event as a line of a log, without what came of it."""
    payload = event.payload
    return {
        **_shared_fields(batch, event, CbEvent),
        "a": _numbers(payload, CbEvent.ACTION_IDS, np.uint64),
        "p": _probabilities(payload, CbEvent.PROBABILITIES),
        "_label_cost": 0.0,
    }


def _page(batch: PostedBatch, event: BatchEvent) -> ReportedDecision:
    payload = event.payload
    offered = payload.tables(MultiSlotEvent.SLOTS)
    size = len(payload.content(MultiSlotEvent.CONTEXT) or b"")
    if len(offered) > MAX_SLOTS or len(offered) * size > MAX_UNFOLDED:
        raise BatchInvalid(
            f"expected at most {MAX_SLOTS} slots, and {MAX_UNFOLDED} bytes of context for all"
        )
    line = {
        **_shared_fields(batch, event, MultiSlotEvent),
        "_outcomes": [_outcome(slot) for slot in offered],
        "_ba": _numbers(payload, MultiSlotEvent.BASELINE_ACTIONS, np.int32),
    }
    page, mode = multi_slot_from(line), line["_learningMode"]
    decisions = [as_own_decision(replace(slot, learning_mode=mode)) for slot in split_slots(page)]
    slots = tuple(slot.id for slot in page.slots)
    if len(set(slots)) < len(slots) or not all(slots):
        raise BatchInvalid("expected slots with ids of their own")
    return ReportedDecision(page.event_id, tuple(decisions), slots)


def _outcome(slot: FlatTable) -> dict[str, Any]:
    return {
        "_id": slot.text(SlotEvent.ID),
        "_a": _numbers(slot, SlotEvent.ACTION_IDS, np.uint32),
        "_p": _probabilities(slot, SlotEvent.PROBABILITIES),
        "_label_cost": 0.0,
    }


def _shared_fields(
    batch: PostedBatch, event: BatchEvent, fields: type[CbEvent] | type[MultiSlotEvent]
) -> dict[str, Any]:
    payload = event.payload
    mode = int(payload.number(fields.LEARNING_MODE, kinds.Uint8Flags))
    return {
        "EventId": event.id,
        "c": batch.context(payload.content(fields.CONTEXT)),
        "VWState": {"m": payload.text(fields.MODEL_ID)},
        "_skipLearn": payload.flag(fields.DEFERRED_ACTION),
        "_learningMode": _MODES[mode],
        "pdrop": 1.0 - event.pass_probability,
    }


def _numbers(table: FlatTable, field: int, kind: type["np.generic"]) -> list[Any]:
    found = table.numbers(field, np.dtype(kind))
    return [] if found is None else found.tolist()


def _probabilities(table: FlatTable, field: int) -> list[float]:
    found: list[float] = _numbers(table, field, np.float32)
    _check_distribution(found)
    return found


def _check_distribution(probabilities: Sequence[float]) -> None:
    if not (probabilities and min(probabilities) >= 0 < probabilities[0]):
        raise BatchInvalid("probabilities: expected one an action, above 0 for the one shown")
    if not abs(sum(probabilities) - 1) <= _TOLERANCE:
        raise BatchInvalid(f"probabilities: expected a sum of 1, got {sum(probabilities):g}")
