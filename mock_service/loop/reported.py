"""Decisions that clients made by themselves, and what they say came of them."""

from msgspec import Struct

from mock_service.loop.decision import Decision


class ReportedDecision(Struct, frozen=True, gc=False):
    """An event that a client decided with the loop's model.

    ``decisions`` is one decision, or with several ``slots`` (their ids) one for each slot.
    """

    event_id: str
    decisions: tuple[Decision, ...]
    slots: tuple[str, ...] = ()


class ReportedOutcome(Struct, frozen=True, gc=False):
    """A reward, or an activation when the reward is None.

    ``slot`` is a slot's id, or its place from 0.
    """

    event_id: str
    reward: float | None
    slot: str | int | None = None
