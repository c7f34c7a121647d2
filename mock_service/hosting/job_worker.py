"""Answering inquiries one after the other in a process of its own, while the server serves."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

from mock_service.errors import LearningPolicyInvalid, StorageFailed
from mock_service.evaluation.job import (
    ASKED,
    FOUND,
    REFUSED,
    EvaluationResult,
    Status,
    parse_result,
    to_request_json,
    to_result_json,
)
from mock_service.hosting.evaluation_jobs import Job, JobRepository
from mock_service.hosting.failures import FailureLog
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.database import FILE
from mock_service.vowpal.sandbox import validate_policy

_BEAT_SECONDS = 0.25
"""Interval of looking for work, and of checking that the work under way is still wanted."""

_MAX_SECONDS = 3600.0

ApplyOptimized = Callable[[Job, EvaluationResult], Awaitable[Status]]
"""Applies an automatic optimization or retains the policy; returns which."""


class JobWorker:
    """Answers the jobs in the repository, oldest first, also those an earlier server left over.

    The answering process reads the file of the data folder by itself; of a database in memory it
    gets a copy. It has the lowest priority, so that ranks come first.
    """

    def __init__(
        self,
        jobs: JobRepository,
        queue: CommitQueue,
        folder: Path | None,
        apply: ApplyOptimized,
        failures: FailureLog,
    ) -> None:
        self._jobs, self._queue, self._folder = jobs, queue, folder
        self._apply, self._failures = apply, failures

    async def work(self) -> None:
        """Answer for ever; cancelled, it ends the process that is under way."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            with suppress(StorageFailed), self._failures.survive("Answering evaluations"):
                self._queue.check()  # what is not kept as answered is answered again
                entry = self._jobs.next()
                if entry is not None:
                    await self._answer_or_give_up(entry)

    async def _answer_or_give_up(self, entry: Job) -> None:
        """Answer, or store that it failed: an unexpected failure would come up for ever."""
        try:
            await self._answer(entry)
        except StorageFailed:
            raise
        except Exception as error:  # noqa: BLE001 - a border: the next one has to be answered
            self._failures.report(f"The evaluation {entry.inquiry.id!r}", error)
            explained = _describe("The evaluation could not be made: the server's log says why.")
            self._jobs.conclude(entry, Status.FAILED, explained)
            await self._queue.wait_committed()

    async def _answer(self, entry: Job) -> None:
        try:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
                status, found = await self._run(entry, Path(name))
        except OSError as error:
            status, found = Status.FAILED, _describe(f"There was no room to work in: {error}.")
        if not self._jobs.holds(entry):
            return
        if status is Status.COMPLETED and entry.inquiry.automatic:
            try:
                status = await self._apply(entry, await asyncio.to_thread(_validate, found))
            except LearningPolicyInvalid:
                status = Status.RETAINED
        self._jobs.conclude(entry, status, found)
        await self._queue.wait_committed()

    async def _run(self, entry: Job, work: Path) -> tuple[Status, str]:
        data = self._folder or work
        if self._folder is None:
            with closing(self._queue.freeze()) as frozen:
                await asyncio.to_thread((work / FILE).write_bytes, frozen.serialize())
        (work / ASKED).write_text(to_request_json(entry.inquiry), encoding="utf-8")
        process = _start(data, entry.loop, work)
        try:
            return await self._wait_for_end(entry, process, work)
        finally:
            process.kill()
            process.communicate()

    async def _wait_for_end(
        self, entry: Job, process: subprocess.Popen[str], work: Path
    ) -> tuple[Status, str]:
        """Return how the process ended; it is not waited for once the job is removed."""
        running = asyncio.get_running_loop()
        deadline = running.time() + _MAX_SECONDS
        while process.poll() is None:
            if running.time() > deadline:
                return Status.TIMEOUT, _describe("It took longer than an hour.")
            if not self._jobs.holds(entry):
                return Status.FAILED, ""
            await asyncio.sleep(_BEAT_SECONDS)
        if process.returncode == 0:
            return Status.COMPLETED, await asyncio.to_thread((work / FOUND).read_text, "utf-8")
        said = process.stdout.read().strip() if process.stdout else ""
        reason = said if process.returncode == REFUSED else f"ended with {process.returncode}"
        return Status.FAILED, _describe(f"The evaluation could not be made: {reason}.")


def _start(data: Path, loop: int, work: Path) -> subprocess.Popen[str]:
    module = "mock_service.evaluation.job_process"
    return subprocess.Popen(
        [sys.executable, "-m", module, str(data), str(loop), str(work)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _validate(found: str) -> EvaluationResult:
    """Return findings whose best policy is one that a loop may have.

    Raises:
        LearningPolicyInvalid: it is unsafe, or does not work.
    """
    findings = parse_result(found)
    better = findings.course(findings.optimal)
    validate_policy("" if better is None else better.arguments)
    return findings


def _describe(description: str) -> str:
    return to_result_json(EvaluationResult(description=description))
