"""Learning from what clients decide by themselves, with a model that they fetched."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from mock_service.errors import ApiError
from mock_service.loop.changes import LoopChanges
from mock_service.loop.configuration import ProblemType
from mock_service.loop.decision import Decision
from mock_service.loop.joining import Joiner
from mock_service.loop.pending_slots import PendingSlots
from mock_service.loop.reported import ReportedDecision, ReportedOutcome
from mock_service.loop.slots import page_event_id


class LocalInference(LoopChanges):
    """What of a learning loop is for clients that rank without asking it."""

    _joiner: Joiner
    _slots: PendingSlots

    @abstractmethod
    def activate_slots(self, event_id: str) -> None:
        """Take note that a deferred multi-slot decision was shown, all its slots."""

    @abstractmethod
    def _wait_for(self, decision: Decision, now: datetime) -> None:
        """Keep a decision, and wait for its rewards."""

    @abstractmethod
    def _observe(self, event_id: str, reward: float | None) -> None:
        """Take a reward, or an activation when it is None."""

    def record(self, interactions: Sequence[ReportedDecision]) -> None:
        """Wait for the rewards of what clients decided themselves, all of it or nothing.

        An event of an id that is known is the same one sent again, and changes nothing.

        Raises:
            ApiError: an event is for a loop of the other kind, or has too many features.
        """
        for interaction in interactions:
            self._check(interaction)
        now = self.settle()
        for interaction in interactions:
            if self._knows(interaction):
                continue
            for decision in interaction.decisions:
                self._wait_for(replace(decision, at=now), now)
            if interaction.slots and self._slots.add(
                interaction.event_id, list(interaction.slots), now
            ):
                self.activate_slots(interaction.event_id)

    def observe(self, outcomes: Sequence[ReportedOutcome]) -> None:
        """Take what clients say came of events, all of it or nothing.

        Raises:
            ApiError: there is no room for what is heard of unknown events, or an outcome names no
                slot of a loop that has several.
        """
        now = self.settle()
        heard = [(self._event_id(outcome), outcome) for outcome in outcomes]
        self._joiner.check_room([id_ for id_, _ in heard], now, self._store.knows)
        for event_id, outcome in heard:
            if outcome.reward is None and self._has_slots:
                self.activate_slots(outcome.event_id)
            else:
                self._observe(event_id, outcome.reward)

    def _check(self, interaction: ReportedDecision) -> None:
        if bool(interaction.slots) is not self._has_slots:
            raise ApiError(
                "InvalidMultiSlotApiAccess" if interaction.slots else "InvalidRequest",
                "" if interaction.slots else "This loop is for multi-slot events.",
            )
        for decision in interaction.decisions:
            self._trainer.check(decision.context, decision.actions)

    @property
    def _has_slots(self) -> bool:
        return self.problem_type is ProblemType.MULTI_SLOT

    def _knows(self, interaction: ReportedDecision) -> bool:
        first = interaction.decisions[0].event_id
        return self._joiner.waits_for(first) or self._store.knows(first)

    def _event_id(self, outcome: ReportedOutcome) -> str:
        """Return the event that an outcome is for: in a loop with slots, that of a slot."""
        if not self._has_slots:
            return outcome.event_id
        if outcome.reward is None:
            return page_event_id(outcome.event_id)
        return self._slots.slot_event_id(outcome.event_id, outcome.slot)
