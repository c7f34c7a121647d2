"""The loops behind one address: by name, each with two keys."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import replace
from datetime import datetime, timedelta

from mock_service.clock import Clock, ManualClock
from mock_service.errors import ApiError, LearningPolicyInvalid, StorageFailed
from mock_service.evaluation.job import EvaluationResult, Status
from mock_service.hosting.auto_optimization import AutoOptimizationScheduler, find_better
from mock_service.hosting.evaluation_jobs import Job, JobRepository
from mock_service.hosting.failures import FailureLog
from mock_service.hosting.hosted_loop import HostedLoop, recover_hosted, warn_of_losses
from mock_service.hosting.housekeeping import Housekeeping
from mock_service.hosting.job_worker import JobWorker
from mock_service.hosting.loop_factory import LoopFactory
from mock_service.hosting.restoring import RestorableLoop, check_timestamp, validate_snapshot
from mock_service.hosting.slicing import Changes, Settling
from mock_service.loop.ids import IdSource
from mock_service.security.signing import find_signers
from mock_service.settings import DEFAULT_LOOP, LoopSettings, Settings
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.discarding import discard_all
from mock_service.storage.loops import (
    add_loop,
    change_keys,
    list_loops,
    remove_loop,
    save_clock,
)
from mock_service.storage.recovery import recover_loop
from mock_service.storage.retention import log_range
from mock_service.storage.snapshots import snapshot
from mock_service.storage.uncertain import note_uncertain

_BEAT_SECONDS = 1.0
"""How often a loop that nobody calls looks at its clock."""


class Service:
    """All loops of a server, and what it takes to serve them.

    When something could not be stored, every loop is read back from what was, so that memory is
    never ahead of storage for longer than a call.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        ids: IdSource,
        queue: CommitQueue,
        workshop: LoopFactory,
        settings: Settings,
    ) -> None:
        self.clock, self.ids, self.queue = clock, ids, queue
        self.limits = settings.limits
        self.signers = find_signers(settings.signer_folder, settings.trusted_signers, clock)
        self._workshop = workshop
        self.settings = settings.loop
        """How the default loop began."""
        self.jobs = JobRepository(queue)
        """What was asked of the loops' logs."""
        self._optimizer = AutoOptimizationScheduler(self.jobs)
        self._survivor = FailureLog()
        self._worker = JobWorker(
            self.jobs, settings.data_folder, self._apply_optimized, self._survivor
        )
        self.loops: dict[str, HostedLoop] = {}
        """By name; the bare endpoint is the loop ``default``."""
        self._housekeeping = Housekeeping(queue, clock.now())
        self.changes, self.settling = Changes(), Settling(lambda: self.loops)
        self._one_snapshot = asyncio.Lock()
        discard_all(queue)
        self.reload()
        warn_of_losses(queue, self.loops.values())
        if DEFAULT_LOOP not in self.loops:
            self.create(DEFAULT_LOOP, settings.loop, (settings.key, settings.second_key))
        if isinstance(clock, ManualClock):
            save_clock(queue, clock.now())
        queue.on_failure, queue.on_uncertain = self.reload, note_uncertain

    @property
    def default(self) -> HostedLoop:
        """The loop of the bare endpoint."""
        return self.loops[DEFAULT_LOOP]

    def reset(self, settings: LoopSettings, only: str | None = None) -> None:
        """Let every loop, or `only` one, forget all; `settings` are its own or the default's.

        Raises:
            LearningPolicyInvalid: the policy is refused; nothing has changed then.
        """
        self._workshop.check(settings)
        if only is None:
            self.settings = settings
        for hosted in list(self.loops.values()) if only is None else [self.loops[only]]:
            first = settings if hosted.name == (only or DEFAULT_LOOP) else hosted.settings
            self.remove(hosted.name)
            self.create(hosted.name, first, hosted.keys)
        if isinstance(self.clock, ManualClock):
            save_clock(self.queue, self.clock.now())

    def reload(self) -> None:
        """Read every loop back from storage."""
        make_tools = self._workshop.make_tools
        kept = list_loops(self.queue).values()
        self.loops = {one.name: recover_hosted(self.queue, one, make_tools) for one in kept}
        self._optimizer.reload()

    def create(self, name: str, settings: LoopSettings, keys: tuple[str, str]) -> HostedLoop:
        """Begin a new loop.

        Raises:
            LearningPolicyInvalid: its policy is no preset, is unsafe or is refused.
            StorageFailed: it could not be kept.
        """
        kept = add_loop(self.queue, name, self._workshop.new_state(settings), keys)
        loop = recover_loop(self.queue, kept.number, kept.state, self._workshop.make_tools)
        self.loops[name] = HostedLoop(name, kept.number, loop, keys)
        return self.loops[name]

    def remove(self, name: str) -> None:
        """End a loop and forget all about it."""
        number = self.loops.pop(name).number
        remove_loop(self.queue, number)
        self._optimizer.forget(number)
        self.changes.forget(name)

    def change_keys(self, name: str, keys: tuple[str, str]) -> None:
        """Give a loop other keys."""
        change_keys(self.queue, self.loops[name].number, keys)
        self.loops[name] = replace(self.loops[name], keys=keys)

    def log_range(self, name: str) -> tuple[datetime, datetime] | None:
        """Return when the first and last settled event in a loop's log were decided, if any."""
        self.queue.flush()
        return log_range(self.queue, self.loops[name].number)

    def delete_logs(self, name: str) -> None:
        """Let go of all settled events of a loop; what waits goes on waiting."""
        now = self.loops[name].loop.settle()
        self._housekeeping.forget(self.loops[name], now + timedelta.resolution, now)

    def snapshot(self, name: str) -> bytes:
        """Return a loop as one file."""
        hosted = self.loops[name]
        hosted.loop.trainer.keep()
        with closing(self.queue.freeze()) as frozen:
            return snapshot(frozen, hosted.number, self.clock.now())

    async def snapshot_aside(self, find: Callable[[], HostedLoop]) -> bytes:
        """Return a loop as one file, made on a thread of its own; one comes after the other."""
        async with self._one_snapshot:
            hosted = find()
            hosted.loop.trainer.keep()
            with closing(self.queue.freeze()) as frozen:
                now = self.clock.now()
                return await asyncio.to_thread(snapshot, frozen, hosted.number, now)

    async def restore(self, name: str, content: bytes, *, may_move_clock: bool = True) -> None:
        """Make a loop what it was; a manual clock that only it goes by goes back with it.

        The snapshot proves itself on a thread of its own, and comes in between other requests.

        Raises:
            ApiError: InvalidSnapshot, InvalidApiAccess if the clock would have to move on
                and must not, or the loop is no more; nothing was changed.
            StorageFailed: it could not be kept; nothing was changed.
        """
        keys = self.loops[name].keys
        async with self._housekeeping.arrival() as number:
            found = await asyncio.to_thread(self._prove, content, number)
            with closing(found.snapshot):
                if not may_move_clock:
                    check_timestamp(
                        self._timestamp_after(found.snapshot.timestamp), self.clock.now()
                    )
                for rows in found.rows():
                    for row in rows:
                        self.queue.write(*row)
                    await self.wait_committed()
                self._take(name, keys, found)
            await self.wait_committed()

    def _prove(self, content: bytes, number: int) -> RestorableLoop:
        return validate_snapshot(
            content, self.queue, number, self._workshop.make_tools, self._timestamp_after
        )

    def _take(self, name: str, keys: tuple[str, str], found: RestorableLoop) -> None:
        """Exchange the loop of these keys for one whose rows are all there, in one step."""
        if name not in self.loops or not {*keys} & {*self.loops[name].keys}:
            raise ApiError("ResourceNotFound", f"There is no loop {name!r} any more.")
        hosted, timestamp = self.loops[name], self._timestamp_after(found.snapshot.timestamp)
        manual = isinstance(self.clock, ManualClock)
        found.take(self.queue, hosted.number, timestamp if manual else None)
        found.loop.trainer.keep()  # what was learned since the models is not to be learned again
        if isinstance(self.clock, ManualClock):
            self.clock.move_to(timestamp)
        self.loops[name] = replace(hosted, number=found.number, loop=found.loop)
        self._optimizer.reload()

    def _timestamp_after(self, timestamp: datetime) -> datetime:
        """Return what the clock shows once a snapshot of that moment is restored."""
        now = self.clock.now()
        if not isinstance(self.clock, ManualClock):
            return now
        return timestamp if len(self.loops) == 1 else max(timestamp, now)

    def advance(self, step: timedelta) -> None:
        """Move the manual clock, and let every loop do what has become due."""
        self._move_clock(step)
        self.settle()

    async def advance_aside(self, step: timedelta) -> None:
        """Do what `advance` does in slices, while who calls a loop waits for the end of it."""
        self._move_clock(step)
        await self.settling.settle(lambda _: nullcontext())
        self.settle()

    def _move_clock(self, step: timedelta) -> None:
        if not isinstance(self.clock, ManualClock):
            raise TypeError("only a manual clock can be moved")
        self.clock.advance(step)
        save_clock(self.queue, self.clock.now())

    def settle(self) -> None:
        """Let every loop do what is due, and let go of logs that are too old."""
        now = self.clock.now()
        for hosted in self.loops.values():
            self._settle(hosted, now)
        self._housekeeping.tidy(self.loops.values(), now)

    async def wait_committed(self) -> None:
        """Return when all that happened until now is safe; await it before saying so.

        Raises:
            StorageFailed: it could not be kept, and counts as not having happened.
        """
        await self.queue.wait_committed()

    async def run_housekeeping(self) -> None:
        """Let time pass for loops that nobody calls, for ever."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            with suppress(StorageFailed), self._survivor.survive("The beat of the server"):
                self.queue.check()  # those who call are told; here it is tried again
                await self.settling.settle(self._survive_settling)
                self._beat()
                self._housekeeping.discard_some()
                await self.wait_committed()

    async def answer(self) -> None:
        """Answer what is asked of the logs, one after the other, for ever."""
        await self._worker.work()

    def close(self) -> None:
        """Keep the models, so that the next start has nothing to learn again, and close storage.

        What fails is logged, and keeps nothing else from being kept and closed.
        """
        for hosted in list(self.loops.values()):
            with self._survivor.survive_all(f"Keeping the model of the loop {hosted.name!r}"):
                hosted.loop.trainer.keep()
        with self._survivor.survive_all("Closing the storage"):
            self.queue.close()

    def _beat(self) -> None:
        """Do what `settle` does; what fails for one loop keeps no other from it."""
        now = self.clock.now()
        for hosted in list(self.loops.values()):
            with self._survive_settling(hosted.name):
                self._settle(hosted, now)
        with self._survivor.survive("Letting go of old logs"):
            self._housekeeping.tidy(self.loops.values(), now)

    def _survive_settling(self, name: str) -> AbstractContextManager[None]:
        return self._survivor.survive(f"Settling the loop {name!r}")

    def _settle(self, hosted: HostedLoop, now: datetime) -> None:
        hosted.loop.settle()
        self._optimizer.look(hosted.number, hosted.loop.state, now, self.ids)

    async def _apply_optimized(self, entry: Job, findings: EvaluationResult) -> Status:
        """Apply the policy an automatic optimization has found, unless the loop has moved on."""
        hosted = next((one for one in self.loops.values() if one.number == entry.loop), None)
        better = hosted and find_better(entry.inquiry, findings, hosted.loop.state)
        if not hosted or not better:
            return Status.RETAINED
        try:
            await self.changes.apply(
                hosted.name,
                lambda: self.loops[hosted.name].loop,
                lambda loop: loop.change_policy_in_steps(better),
            )
        except LearningPolicyInvalid:
            return Status.RETAINED
        return Status.APPLIED
