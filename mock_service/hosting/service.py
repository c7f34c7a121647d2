"""All that serves the loops of one address: the registry, housekeeping, snapshots and jobs."""

from datetime import datetime
from functools import partial

from mock_service.clock import Clock
from mock_service.hosting.auto_optimization import AutoOptimizationScheduler, apply_optimized
from mock_service.hosting.evaluation_jobs import JobRepository
from mock_service.hosting.failures import FailureLog
from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.hosting.housekeeping import Housekeeping
from mock_service.hosting.job_worker import JobWorker
from mock_service.hosting.loop_factory import LoopFactory
from mock_service.hosting.loop_registry import LoopRegistry
from mock_service.hosting.loop_snapshots import LoopSnapshots
from mock_service.loop.ids import IdSource
from mock_service.security.signing import find_signers
from mock_service.settings import Settings
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.loop_queries import holds_event
from mock_service.storage.retention import log_range
from mock_service.storage.uncertain import note_uncertain


class Service:
    """The loops of a server and what serves them; it opens and closes them together.

    When something could not be stored, every loop is read back from what was, so that memory is
    never ahead of storage for longer than a call.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        ids: IdSource,
        queue: CommitQueue,
        factory: LoopFactory,
        settings: Settings,
    ) -> None:
        """Recover the loops that `queue` stores, or begin with a default one.

        Raises:
            DataUnusable: a loop cannot go on from what is stored.
            LearningPolicyInvalid: the policy of `settings` is refused.
        """
        self.clock, self.ids, self.queue = clock, ids, queue
        self.limits = settings.limits
        self.signers = find_signers(settings.signer_folder, settings.trusted_signers, clock)
        self._failures = FailureLog()
        self.loops = LoopRegistry(
            clock=clock,
            queue=queue,
            factory=factory,
            settings=settings.loop,
            keys=(settings.key, settings.second_key),
        )
        self.jobs = JobRepository(queue)
        self.snapshots = LoopSnapshots(self.loops, queue, factory.make_tools)
        self.housekeeping = Housekeeping(
            loops=self.loops,
            queue=queue,
            scheduler=AutoOptimizationScheduler(self.jobs, queue, lambda: self.ids),
            discard_some=self.snapshots.discard_some,
            failures=self._failures,
        )
        self._worker = JobWorker(
            self.jobs,
            queue,
            settings.data_folder,
            partial(apply_optimized, self.loops),
            self._failures,
        )
        queue.on_failure, queue.on_uncertain = self.loops.reload, note_uncertain

    @property
    def default(self) -> HostedLoop:
        """The loop of the bare endpoint."""
        return self.loops.default

    def check(self) -> None:
        """After a failure of the storage, see whether it works again.

        Raises:
            StorageFailed: nothing can be stored at present, so nothing should happen.
        """
        self.queue.check()

    async def wait_committed(self) -> None:
        """Return when all that happened until now is safe; await it before saying so.

        Raises:
            StorageFailed: it could not be stored, and counts as not having happened.
        """
        await self.queue.wait_committed()

    def flush(self) -> None:
        """Commit all that happened until now, here and at once.

        Raises:
            StorageFailed: it could not be stored, and counts as not having happened.
        """
        self.queue.flush()

    def log_range(self, name: str) -> tuple[datetime, datetime] | None:
        """Return when the first and last settled event in a loop's log were decided, if any."""
        self.queue.flush()
        return log_range(self.queue, self.loops[name].number)

    def holds_event(self, name: str, event_id: str, at: datetime) -> bool:
        """Return whether a loop's committed log has a decision of this event id and time."""
        return holds_event(self.queue, self.loops[name].number, event_id, at)

    async def run_jobs(self) -> None:
        """Answer evaluations of the logs, one after the other, until cancelled."""
        await self._worker.work()

    def close(self) -> None:
        """Store the models, so that the next start has nothing to learn again, and close storage.

        What fails is logged, and keeps nothing else from being stored and closed.
        """
        for hosted in list(self.loops.values()):
            with self._failures.survive_all(f"Keeping the model of the loop {hosted.name!r}"):
                hosted.loop.checkpoint()
        with self._failures.survive_all("Closing the storage"):
            self.queue.close()
