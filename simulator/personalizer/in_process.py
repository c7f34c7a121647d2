"""The host's learning loop in this process: no HTTP, and the same decisions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from mock_service.clock import ManualClock
from mock_service.loop.decision import Action as HostAction
from mock_service.loop.decision import RankRequest
from mock_service.loop.ranking import seeded_sampler
from mock_service.loop.slots import Slot as HostSlot
from mock_service.loop.slots import SlotsRequest
from mock_service.loop_assembly import build_loop
from mock_service.settings import LoopSettings
from mock_service.vowpal.policy_arguments import is_multi_slot
from mock_service.vowpal.presets import as_multi_slot, resolve_policy
from simulator.errors import OptionsInvalid
from simulator.model import (
    FilledPage,
    LearningRecord,
    OfferedAction,
    OfferedSlot,
    Recommendation,
    Visit,
)
from simulator.personalizer.exploration_schedule import ExplorationSchedule, ScheduledSampler
from simulator.personalizer.late_rewards import LateRewards, RecordingLateRewards
from simulator.personalizer.slot_watch import SlotWatch
from simulator.scenario.reward_timing import covering_wait

BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday, so that a week of visits is a week


class InProcessPersonalizer:
    """A learning loop of its own, on a clock that visits and rewards move."""

    def __init__(
        self,
        settings: LoopSettings,
        log: Path | None = None,
        reward_delay: timedelta = timedelta(),
        schedule: ExplorationSchedule | None = None,
    ) -> None:
        """Start a loop that has seen nothing yet, and write its events down in `log`.

        Rewards come up to `reward_delay` after their visits, which the loop's wait covers unless
        another was chosen. With a `schedule` exploration follows that.

        Raises:
            LearningPolicyInvalid: the policy is no preset and none in Python, or is refused.
            OptionsInvalid: the log cannot be written.
        """
        self._clock = ManualClock(BEGINNING)
        self._log = _open_log(log) if log is not None else None
        self._late = LateRewards() if self._log is None else RecordingLateRewards(self._log)
        self._schedule = schedule
        self._sampler = ScheduledSampler(seeded_sampler(settings.seed))
        settings = _with_covering_wait(settings, reward_delay)
        if schedule is not None:
            settings = settings.with_changes(exploration=0.0)
        choose = self._sampler if schedule is not None else seeded_sampler(settings.seed)
        self._watch = SlotWatch(choose)
        if is_multi_slot(settings.policy):
            choose = self._watch
        self._loop = build_loop(settings, self._clock, store=self._late, choose=choose)
        self._timestamp = timedelta()
        self._latest_version = 0
        """Of the model that ranked last; 0 is one that has learned nothing."""
        self._guest_actions: tuple[OfferedAction, ...] = ()
        self._host_actions: tuple[HostAction, ...] = ()

    def rank(self, visit: Visit, event_id: str) -> Recommendation:
        """Rank the visit's actions for its context, at the visit's moment."""
        self._meet(visit)
        decision = self._loop.rank(RankRequest(event_id, visit.context, self._host_actions))
        self._latest_version = decision.model
        return Recommendation(decision.order, decision.probabilities)

    def fill(
        self, visit: Visit, slots: tuple[OfferedSlot, ...], event_id: str, *, deferred: bool
    ) -> FilledPage:
        """Fill the slots of the visit's page, at the visit's moment."""
        self._meet(visit)
        indices = tuple(
            [HostSlot(s.id, s.features, s.baseline, frozenset(s.excluded)) for s in slots]
        )
        request = SlotsRequest(event_id, visit.context, self._host_actions, indices, deferred)
        self._latest_version = self._loop.training_status().version
        self._watch.slots.clear()
        index_of = {action.id: index for index, action in enumerate(visit.actions)}
        shown = tuple([index_of[action] for _, action in self._loop.rank_slots(request)])
        watched = self._watch.slots
        return FilledPage(
            shown,
            tuple([index_of.get(one.favourite, -1) for one in watched]),
            tuple(
                [
                    Recommendation(tuple([index_of[id_] for id_ in one.ids]), one.probabilities)
                    for one in watched
                ]
            ),
        )

    def activate(self, event_id: str, offset: timedelta) -> None:
        """Report that a deferred page was shown, at that moment."""
        self._move_to(offset)
        self._loop.activate_slots(event_id)

    def reward(self, event_id: str, value: float, offset: timedelta) -> None:
        """Report the reward of an event, or of a slot of one, at that moment."""
        if offset is not self._timestamp:
            self._move_to(offset)
        self._loop.reward(event_id, value)

    def learning(self) -> LearningRecord:
        """Return what the loop has made of the rewards so far."""
        stats, training = self._loop.stats, self._loop.training_status()
        configuration = self._loop.configuration
        return LearningRecord(
            decisions=stats.decisions,
            rewarded=stats.rewarded,
            late=self._late.late,
            defaulted=stats.defaulted,
            trained=training.trained_events,
            seen_by_ranks=self._latest_version > 0,
            reward_wait_seconds=configuration.reward_wait_time.total_seconds(),
            default_reward=configuration.default_reward,
        )

    def close(self) -> None:
        """Wait for what is still to come, so that the log has it, and close the log."""
        if self._log is not None:
            self._clock.advance(self._loop.configuration.reward_wait_time)
            self._loop.settle()
            self._log.close()

    def _meet(self, visit: Visit) -> None:
        """Move on to a visit, and know its actions."""
        self._timestamp = visit.offset
        self._clock.move_to(BEGINNING + visit.offset)
        if self._schedule is not None:
            self._sampler.rate = self._schedule.rate(visit.number, visit.offset)
        if visit.actions is not self._guest_actions:
            self._guest_actions = visit.actions
            self._host_actions = tuple(HostAction(a.id, a.features) for a in visit.actions)

    def _move_to(self, offset: timedelta) -> None:
        self._timestamp = offset
        self._clock.move_to(BEGINNING + offset)


def page_settings(settings: LoopSettings) -> LoopSettings:
    """Return a loop's settings with its policy as one for pages of several slots.

    Raises:
        LearningPolicyInvalid: the policy is no preset, or is unsafe.
    """
    return replace(settings, policy=as_multi_slot(resolve_policy(settings.policy_or_default)))


def _with_covering_wait(settings: LoopSettings, reward_delay: timedelta) -> LoopSettings:
    """Return the settings with a wait in which all rewards count, unless another was chosen."""
    if not settings.may_wait_longer:
        return settings
    usual = settings.configuration.reward_wait_time
    wait = covering_wait(reward_delay, usual)
    return replace(settings, configuration=replace(settings.configuration, reward_wait_time=wait))


def _open_log(log: Path) -> TextIO:
    try:
        return log.open("w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise OptionsInvalid(f"--log: cannot write {log}: {error.strerror}") from error
