"""The host's learning loop in this process: no HTTP, and the same decisions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from mock_service.build import build_loop
from mock_service.clock import ManualClock
from mock_service.dsjson.recorder import LogRecorder
from mock_service.loop.decision import Action as HostAction
from mock_service.loop.decision import RankRequest
from mock_service.loop.slots import Slot as HostSlot
from mock_service.loop.slots import SlotsRequest
from mock_service.settings import LoopSettings
from simulator.errors import OptionsInvalid
from simulator.model import OfferedAction, OfferedSlot, Recommendation, Visit

_START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday, so that a week of visits is a week


class InProcessPersonalizer:
    """A learning loop of its own, on a clock that visits and rewards move."""

    def __init__(self, settings: LoopSettings, log: Path | None = None) -> None:
        """Start a loop that has seen nothing yet, and write its events down in `log`.

        Raises:
            LearningPolicyInvalid: the policy is no preset, is unsafe or is refused.
            OptionsInvalid: the log cannot be written.
        """
        self._clock = ManualClock(_START)
        self._log = _open_log(log) if log is not None else None
        store = LogRecorder(self._log) if self._log is not None else None
        self._loop = build_loop(settings, self._clock, store=store)
        self._timestamp = timedelta()
        self._guest_actions: tuple[OfferedAction, ...] = ()
        self._host_actions: tuple[HostAction, ...] = ()

    def rank(self, visit: Visit, event_id: str) -> Recommendation:
        """Rank the visit's actions for its context, at the visit's moment."""
        self._meet(visit)
        decision = self._loop.rank(RankRequest(event_id, visit.context, self._host_actions))
        return Recommendation(decision.order, decision.probabilities)

    def fill(
        self, visit: Visit, slots: tuple[OfferedSlot, ...], event_id: str, *, deferred: bool
    ) -> tuple[int, ...]:
        """Fill the slots of the visit's page, at the visit's moment."""
        self._meet(visit)
        indices = tuple(
            [HostSlot(s.id, s.features, s.baseline, frozenset(s.excluded)) for s in slots]
        )
        request = SlotsRequest(event_id, visit.context, self._host_actions, indices, deferred)
        index_of = {action.id: index for index, action in enumerate(visit.actions)}
        return tuple([index_of[action] for _, action in self._loop.rank_slots(request)])

    def activate(self, event_id: str, offset: timedelta) -> None:
        """Report that a deferred page was shown, at that moment."""
        self._move_to(offset)
        self._loop.activate_slots(event_id)

    def reward(self, event_id: str, value: float, offset: timedelta) -> None:
        """Report the reward of an event, or of a slot of one, at that moment."""
        if offset is not self._timestamp:
            self._move_to(offset)
        self._loop.reward(event_id, value)

    def close(self) -> None:
        """Wait for what is still to come, so that the log has it, and close the log."""
        if self._log is not None:
            self._clock.advance(self._loop.configuration.reward_wait_time)
            self._loop.settle()
            self._log.close()

    def _meet(self, visit: Visit) -> None:
        """Move on to a visit, and know its actions."""
        self._timestamp = visit.offset
        self._clock.move_to(_START + visit.offset)
        if visit.actions is not self._guest_actions:
            self._guest_actions = visit.actions
            self._host_actions = tuple(HostAction(a.id, a.features) for a in visit.actions)

    def _move_to(self, offset: timedelta) -> None:
        self._timestamp = offset
        self._clock.move_to(_START + offset)


def _open_log(log: Path) -> TextIO:
    try:
        return log.open("w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise OptionsInvalid(f"--log: cannot write {log}: {error.strerror}") from error
