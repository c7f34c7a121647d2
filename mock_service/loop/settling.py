"""Settling: the end of an event's wait, when its rewards are joined and learned from."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mock_service.loop.configuration import Configuration
from mock_service.loop.events import PendingEvent, Settlement
from mock_service.loop.joining import Joiner
from mock_service.loop.loop_stats import LoopStats
from mock_service.loop.protocols import EventStore
from mock_service.loop.training import Trainer, TrainingReward, training_reward

AT_ONCE = datetime.min.replace(tzinfo=UTC)
"""When something may be due already."""


class Settler:
    """Settles events whose reward wait time is over, trains with them and counts them."""

    def __init__(
        self, joiner: Joiner, trainer: Trainer, store: EventStore, stats: LoopStats
    ) -> None:
        self._joiner, self._trainer, self._store, self._stats = joiner, trainer, store, stats
        self.idle_until = AT_ONCE
        """Before this timestamp nothing is due."""

    def settle_until(self, now: datetime, configuration: Configuration) -> Iterator[None]:
        """Do what is due, an event a step, and note until when nothing else will be due.

        Decisions are made in the order of their timestamps, so the oldest is due first.
        """
        trainer, wait = self._trainer, configuration.reward_wait_time
        for event in self._joiner.due(now - wait):
            trainer.export_before(event.decision.at + wait)
            self.finish(event, now, configuration)
            yield
        trainer.export_before(now + timedelta.resolution)
        oldest = self._joiner.oldest()
        waits_since = now if oldest is None else oldest.decision.at
        self.idle_until = min(trainer.next_export, waits_since + wait)

    def finish(
        self,
        event: PendingEvent,
        now: datetime,
        configuration: Configuration,
        imported: TrainingReward | None = None,
    ) -> None:
        """Learn from a settled event, if it was shown; `imported` is its reward elsewhere."""
        stats = self._stats
        training = imported or training_reward(event, configuration)
        reward, joined = training.reward, training.joined
        if not event.is_trainable:
            stats.not_activated += not event.activated
            self._store.save_settlement(event, Settlement(now, None, reward, joined))
            return
        stats.rewarded += bool(event.rewards)
        stats.defaulted += not event.rewards
        stats.recent.append(joined)
        self._trainer.learn(event.decision, reward, now)
        self._store.save_settlement(
            event, Settlement(now, self._trainer.trained_events, reward, joined)
        )
        self._trainer.checkpoint_if_wanted()
