"""The learning loop: decide, listen, settle, learn. One Azure resource is one loop."""

from datetime import datetime, timedelta

from mock_service.clock import Clock
from mock_service.errors import ServiceProblem
from mock_service.loop.configuration import AGGREGATIONS, Configuration, Mode
from mock_service.loop.decision import Decision, RankRequest
from mock_service.loop.joining import Joiner, PendingEvent
from mock_service.loop.ranking import choose, draw
from mock_service.loop.seams import Learner


class LearningLoop:
    """Answers rank requests and learns from their rewards.

    Nothing happens between calls: each call first settles whatever the clock says is due, so
    the same code runs live and on a manual clock.
    """

    def __init__(
        self,
        *,
        learner: Learner,
        clock: Clock,
        configuration: Configuration,
        mode: Mode,
        seed: str,
    ) -> None:
        self.configuration = configuration
        self.mode = mode
        self._learner = learner
        self._clock = clock
        self._seed = seed
        self._joiner = Joiner()
        self._next_export = clock.now() + configuration.model_export_frequency

    def rank(self, request: RankRequest) -> Decision:
        """Decide, and wait for the decision's rewards.

        Raises:
            ServiceProblem: every action is excluded.
        """
        now = self._clock.now()
        self._settle_until(now)
        decision = self._decide(request, now)
        event = self._joiner.record(decision)
        self._learn_if_complete(event)
        return decision

    def reward(self, event_id: str, value: float) -> None:
        """Take a reward for an event; one for an unknown or settled event changes nothing."""
        now = self._clock.now()
        self._settle_until(now)
        event = self._joiner.add_reward(event_id, value, now)
        if event is not None:
            self._learn_if_complete(event)

    def activate(self, event_id: str) -> None:
        """Take note that a deferred decision was shown; one of an unknown event is harmless."""
        now = self._clock.now()
        self._settle_until(now)
        event = self._joiner.activate(event_id, now)
        if event is not None:
            self._learn_if_complete(event)

    def settle(self) -> None:
        """Learn from every event whose wait is over, and publish what is due."""
        self._settle_until(self._clock.now())

    def _decide(self, request: RankRequest, now: datetime) -> Decision:
        actions = request.actions
        if request.excluded:
            actions = tuple(action for action in actions if action.id not in request.excluded)
            if not actions:
                raise ServiceProblem("InvalidRankRequest", "All actions are excluded.")
        prediction = choose(
            self._learner.predict(request.context, actions), draw(self._seed, request.event_id)
        )
        return Decision(
            request.event_id,
            now,
            request.context,
            request.actions,
            actions,
            prediction.order,
            prediction.probabilities,
            request.deferred,
        )

    def _learn_if_complete(self, event: PendingEvent) -> None:
        """In quick mode, learn at once when no later reward could change what is learned."""
        if (
            self.mode is Mode.QUICK
            and self.configuration.reward_aggregation == "earliest"
            and event.activated
            and event.rewards
        ):
            self._joiner.settle(event)
            self._learn(event)

    def _settle_until(self, now: datetime) -> None:
        if not self._joiner and now < self._next_export:
            return
        wait = self.configuration.reward_wait_time
        for event in self._joiner.due(now - wait):
            self._export_before(event.decision.at + wait)
            self._learn(event)
        self._export_before(now + timedelta.resolution)

    def _export_before(self, moment: datetime) -> None:
        """Publish if a beat of the export has passed; an event due on the beat comes along."""
        if self._next_export >= moment:
            return
        self._learner.publish()
        frequency = self.configuration.model_export_frequency
        self._next_export -= (self._next_export - moment) // frequency * frequency

    def _learn(self, event: PendingEvent) -> None:
        if not event.activated:
            return
        self._learner.learn(event.decision, self._joined_reward(event))
        if self.mode is Mode.QUICK:
            self._learner.publish()

    def _joined_reward(self, event: PendingEvent) -> float:
        if not event.rewards:
            return self.configuration.default_reward
        return AGGREGATIONS[self.configuration.reward_aggregation](event.rewards)
