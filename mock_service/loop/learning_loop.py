"""The learning loop: decide, listen, settle, learn. One Azure resource is one loop."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from mock_service.errors import ApiError
from mock_service.loop.configuration import LearningMode, Mode
from mock_service.loop.decision import Decision, RankRequest
from mock_service.loop.dependencies import Dependencies
from mock_service.loop.events import Observation
from mock_service.loop.joining import Joiner
from mock_service.loop.local_inference import LocalInference
from mock_service.loop.loop_stats import LoopStats
from mock_service.loop.pending_slots import PendingSlots
from mock_service.loop.ranking import in_request_order
from mock_service.loop.settling import AT_ONCE, Settler
from mock_service.loop.slots import SlotsRequest, rank_slots
from mock_service.loop.state import LoopState
from mock_service.loop.training import (
    Trainer,
    TrainingReward,
    exhaust,
    first_checkpoint,
)


class LearningLoop(LocalInference):
    """Answers rank requests and learns from their rewards.

    Nothing happens between calls: each call first settles whatever the clock says is due, so
    the same code runs live and on a manual clock.
    """

    def __init__(
        self,
        state: LoopState,
        tools: Dependencies,
        *,
        trainer: Trainer | None = None,
        joiner: Joiner | None = None,
        stats: LoopStats | None = None,
    ) -> None:
        """Start anew, or go on with what another loop knew.

        Raises:
            LearningPolicyInvalid: Vowpal Wabbit does not accept the state's policy.
        """
        self._state = state
        self._clock, self._store, self._choose = tools.clock, tools.store, tools.choose
        self._canonicalizer = tools.canonicalizer
        self._trainer = trainer or Trainer(
            state, tools.factory, tools.store, first_checkpoint(state.created)
        )
        self._joiner = Joiner(tools.early) if joiner is None else joiner
        self._learns_at_once = _learns_at_once(state)
        self._slots = PendingSlots(self._joiner, tools.store)
        self.stats = stats or LoopStats()
        self._settler = Settler(self._joiner, self._trainer, tools.store, self.stats)

    @property
    def state(self) -> LoopState:
        """The loop's identity and settings."""
        return self._state

    @property
    def waiting(self) -> int:
        """How many decisions wait for their rewards."""
        return len(self._joiner)

    def rank(self, request: RankRequest) -> Decision:
        """Decide, and wait for the decision's rewards.

        Raises:
            ApiError: every action is excluded, or there are too many features.
        """
        self._trainer.check(request.context, request.actions)
        now = self.settle()
        decision = self._decide(request, now)
        self._wait_for(decision, now)
        return decision

    def rank_slots(self, request: SlotsRequest) -> tuple[tuple[str, str], ...]:
        """Fill several slots; return each slot's id with its action's."""
        bound = self._trainer.learner.bound
        bound.check_slots(request.context, request.actions, request.slots)
        answer = rank_slots(request, self.rank)
        slots = [slot for slot, _ in answer]
        if self._slots.add(request.event_id, slots, self._clock.now()):
            self.activate_slots(request.event_id)
        return answer

    def reward(self, event_id: str, value: float) -> None:
        """Take a reward for an event; one for an unknown or settled event changes nothing."""
        self._observe(event_id, value)

    def reward_slots(self, rewards: Sequence[tuple[str, float]]) -> None:
        """Take rewards by the event ids of their slots, all or none.

        Raises:
            ApiError: there is no room for those of unknown events.
        """
        self._joiner.check_room([id_ for id_, _ in rewards], self.settle(), self._store.knows)
        for id_, value in rewards:
            self._observe(id_, value)

    def activate(self, event_id: str) -> None:
        """Take note that a deferred decision was shown; one of an unknown event is harmless."""
        self._observe(event_id, None)

    def activate_slots(self, event_id: str) -> None:
        """Take note that a deferred multi-slot decision was shown, all its slots."""
        for slot in self._slots.slot_event_ids(event_id, self._clock.now()):
            self.activate(slot)

    def settle(self) -> datetime:
        """Learn from every event whose wait is over, publish what is due, and return when."""
        now = self._clock.now()
        if now >= self._settler.idle_until:
            exhaust(self._settler.settle_until(now, self._state.configuration))
        return now

    def settle_in_steps(self) -> Iterator[None]:
        """Do what `settle` does, an event a step; others may be answered in between."""
        if (now := self._clock.now()) >= self._settler.idle_until:
            yield from self._settler.settle_until(now, self._state.configuration)

    def import_event(
        self, decision: Decision, observations: Sequence[float | None], training: TrainingReward
    ) -> None:
        """Take a settled event of another loop as one's own, with what it taught there.

        ``observations`` are its rewards, and None for an activation, as they came. A
        deferred event that was not activated is not trained on here either. Ranks see what was
        learned after `publish`.
        """
        event = self._joiner.record(decision)
        self.stats.decisions += 1
        self._store.save_decision(event)
        for reward in observations:
            self._count(reward)
            observation = Observation(decision.event_id, decision.at, reward)
            self._joiner.observe(observation)
            self._store.save_observation(observation, event)
        self._joiner.settle(event)
        self._settler.finish(event, self._clock.now(), self._state.configuration, training)

    def _decide(self, request: RankRequest, now: datetime) -> Decision:
        actions = request.actions
        if request.excluded:
            actions = tuple(action for action in actions if action.id not in request.excluded)
            if not actions:
                raise ApiError("InvalidRankRequest", "All actions are excluded.")
        prediction = self._choose(request, self._trainer.learner.predict(request.context, actions))
        if (mode := self._state.configuration.learning_mode) is _LOGGING_ONLY:
            prediction = in_request_order(prediction)
        return Decision(
            request.event_id,
            now,
            request.context,
            request.actions,
            actions,
            prediction.order,
            prediction.probabilities,
            request.deferred,
            mode,
            self._trainer.version,
        )

    def _wait_for(self, decision: Decision, now: datetime) -> None:
        event = self._joiner.record(decision)
        self.stats.decisions += 1
        self._store.save_decision(event)
        if self._learns_at_once and event.rewards and event.activated:
            self._joiner.settle(event)
            self._settler.finish(event, now, self._state.configuration)

    def _observe(self, event_id: str, reward: float | None) -> None:
        now = self.settle()
        if self._store.absorbs(event_id, reward):
            return
        observation = Observation(event_id, now, reward)
        event = self._joiner.join(observation)
        is_dropped = event is None and not self._joiner.keep_early(observation, self._store.knows)
        self._count(reward)
        is_late = self._store.save_observation(observation, event, is_dropped=is_dropped)
        if event is None:
            self.stats.late += is_late
        elif self._learns_at_once and event.rewards and event.activated:
            self._joiner.settle(event)
            self._settler.finish(event, now, self._state.configuration)

    def _count(self, reward: float | None) -> None:
        if reward is None:
            self.stats.activations += 1
        else:
            self.stats.rewards += 1

    def _set_state(self, state: LoopState) -> None:
        self._state = self._trainer.state = state
        self._settler.idle_until = AT_ONCE
        self._learns_at_once = _learns_at_once(state)
        self._store.save_state(state)


_LOGGING_ONLY = LearningMode.LOGGING_ONLY  # looked up once, as it is asked for at every visit


def _learns_at_once(state: LoopState) -> bool:
    """Return whether an event is learned with its first reward, as no later one can change it."""
    return state.mode is Mode.QUICK and state.configuration.reward_aggregation == "earliest"
