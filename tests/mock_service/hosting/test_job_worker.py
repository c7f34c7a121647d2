"""What becomes of a question when its answer cannot be had, or is not wanted any more."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mock_service.build import build_service
from mock_service.evaluation.job import EvaluationRequest, EvaluationResult, JobKind, Status
from mock_service.hosting import job_worker
from mock_service.hosting.evaluation_jobs import Job
from mock_service.hosting.failures import FailureLog
from mock_service.hosting.job_worker import JobWorker
from mock_service.hosting.service import Service
from mock_service.settings import Settings

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE_SECONDS = 60


def asked(service: Service) -> None:
    """Ask the default loop's log, which is empty, a question."""
    inquiry = EvaluationRequest(
        JobKind.EVALUATION, "ev", "which?", NEW_YEAR, NEW_YEAR, NEW_YEAR, "--cb_explore_adf", 0.2
    )
    service.jobs.add(service.default.number, inquiry)
    service.flush()


def found(service: Service) -> Job | None:
    """Return the question as it is kept."""
    return service.jobs.find(service.default.number, JobKind.EVALUATION, "ev")


def worked(service: Service, folder: Path | None, until: Callable[[], bool]) -> None:
    """Let a worker work on the service's questions until something holds."""

    async def never(_: Job, __: EvaluationResult) -> Status:
        raise AssertionError

    async def work() -> None:
        worker = JobWorker(service.jobs, service.queue, folder, never, FailureLog())
        working = asyncio.create_task(worker.work())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await until_it_holds(until)
        working.cancel()
        await asyncio.wait([working])

    asyncio.run(work())


def concluded(service: Service, folder: Path | None) -> Job:
    """Return the question once a worker is done with it."""

    def is_over() -> bool:
        entry = found(service)
        return entry is not None and entry.status is not Status.RUNNING

    worked(service, folder, is_over)
    entry = found(service)
    assert entry is not None
    return entry


async def until_it_holds(condition: Callable[[], bool]) -> None:
    """Return once a condition holds."""
    for _ in range(10 * PATIENCE_SECONDS):
        if condition():
            return
        await asyncio.sleep(0.1)


def test_an_evaluation_that_cannot_be_made_has_failed(tmp_path: Path) -> None:
    """It says why; here, because there is no data in the folder."""
    service = build_service(Settings())
    asked(service)

    entry = concluded(service, tmp_path)

    assert entry.status is Status.FAILED
    assert "holds no data of a local Personalizer" in entry.findings.description
    service.close()


def test_an_evaluation_that_is_deleted_while_it_runs_ends() -> None:
    """And the next one is answered."""
    service = build_service(Settings())
    asked(service)
    seen = []

    def is_gone() -> bool:
        seen.append(1)
        if len(seen) == 5:
            service.jobs.remove(service.default.number, JobKind.EVALUATION, "ev")
            service.flush()
            asked(service)
        entry = found(service)
        return entry is not None and entry.status is Status.COMPLETED

    worked(service, None, is_gone)

    entry = found(service)
    assert entry is not None
    assert (entry.sequence, entry.status) == (2, Status.COMPLETED)
    service.close()


def test_an_evaluation_that_takes_too_long_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has timed out, and the process that was at it is ended."""
    monkeypatch.setattr(job_worker, "_MAX_SECONDS", 0.0)
    service = build_service(Settings())
    asked(service)

    entry = concluded(service, None)

    assert entry.status is Status.TIMEOUT
    assert entry.findings.description == "It took longer than an hour."
    service.close()
