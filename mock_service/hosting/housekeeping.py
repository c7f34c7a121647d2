"""What happens without a request: events settle, policies are questioned, old logs are deleted."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime, timedelta

from mock_service.clock import ManualClock, days_before
from mock_service.errors import StorageFailed
from mock_service.hosting.auto_optimization import AutoOptimizationScheduler
from mock_service.hosting.failures import FailureLog
from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.hosting.loop_registry import LoopRegistry
from mock_service.hosting.slicing import Settling
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.retention import delete_before, holds_before

_BEAT_SECONDS = 1.0
"""How often a loop without requests looks at its clock."""

_RETENTION_INTERVAL = timedelta(hours=1)


class Housekeeping:
    """Lets time pass for the loops of a server."""

    def __init__(
        self,
        *,
        loops: LoopRegistry,
        queue: CommitQueue,
        scheduler: AutoOptimizationScheduler,
        discard_some: Callable[[], None],
        failures: FailureLog,
    ) -> None:
        """Serve `loops`; `discard_some` deletes a few rows that are no loop's any more."""
        self._loops, self._queue, self._clock = loops, queue, loops.clock
        self._scheduler, self._discard_some, self._failures = scheduler, discard_some, failures
        self._applied_retention = loops.clock.now()
        self.settling = Settling(lambda: loops)
        """Events that are settled in slices; requests to the loops wait for the end of it."""

    def advance(self, step: timedelta) -> None:
        """Move the manual clock, and let every loop do what has become due."""
        self._move_clock(step)
        self.settle()

    async def advance_in_slices(self, step: timedelta) -> None:
        """Do what `advance` does in slices, while requests to a loop wait for the end of it."""
        self._move_clock(step)
        await self.settling.settle(lambda _: nullcontext())
        self.settle()

    def settle(self) -> None:
        """Let every loop do what is due, and delete logs that are too old."""
        now = self._clock.now()
        for hosted in self._loops.values():
            self._settle(hosted, now)
        self._apply_retention(now)

    async def run(self) -> None:
        """Let time pass for loops without requests, until cancelled."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            with suppress(StorageFailed), self._failures.survive("The beat of the server"):
                self._queue.check()  # requests are told of a failure; here it is tried again
                await self.settling.settle(self._survive_settling)
                self._settle_all()
                self._discard_some()
                await self._queue.wait_committed()

    def delete_log(self, name: str) -> None:
        """Delete all settled events of a loop; pending ones go on waiting.

        Raises:
            StorageFailed: it could not be stored.
        """
        now = self._loops[name].loop.settle()
        self._delete_before(self._loops[name], now + timedelta.resolution, now)

    def _move_clock(self, step: timedelta) -> None:
        if not isinstance(self._clock, ManualClock):
            raise TypeError("only a manual clock can be moved")
        self._clock.advance(step)
        self._loops.save_clock()

    def _settle_all(self) -> None:
        """Do what `settle` does; what fails for one loop keeps no other from it."""
        now = self._clock.now()
        for hosted in list(self._loops.values()):
            with self._survive_settling(hosted.name):
                self._settle(hosted, now)
        with self._failures.survive("Letting go of old logs"):
            self._apply_retention(now)

    def _survive_settling(self, name: str) -> AbstractContextManager[None]:
        return self._failures.survive(f"Settling the loop {name!r}")

    def _settle(self, hosted: HostedLoop, now: datetime) -> None:
        hosted.loop.settle()
        self._scheduler.check(hosted, now)

    def _apply_retention(self, now: datetime) -> None:
        """Delete, once an hour, logs that are older than their loops keep.

        Raises:
            StorageFailed: it could not be stored.
        """
        if now - self._applied_retention < _RETENTION_INTERVAL:
            return
        self._applied_retention = now
        for hosted in self._loops.values():
            days = hosted.loop.configuration.log_retention_days
            if days >= 0:
                self._delete_before(hosted, days_before(now, days), now)

    def _delete_before(self, hosted: HostedLoop, before: datetime, now: datetime) -> None:
        """Delete a loop's older log; the models stay, with all that they learned from it."""
        self._queue.flush()
        if holds_before(self._queue, hosted.number, before):
            hosted.loop.checkpoint()
            delete_before(self._queue, hosted.number, before, now, hosted.loop.stats)
