"""A server goes on, and ends well, whatever fails in the background."""

import asyncio
import logging
import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from mock_service.build import build_service
from mock_service.evaluation.job import EvaluationRequest, EvaluationResult, JobKind, Status
from mock_service.hosting.evaluation_jobs import Job
from mock_service.hosting.failures import FailureLog
from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.hosting.job_worker import JobWorker
from mock_service.hosting.service import Service
from mock_service.settings import DEFAULT_LOOP, Settings

SECONDS = 2.5
"""Some beats of the server."""


class BrokenLoop:
    """A loop that has a defect."""

    def __init__(self) -> None:
        self.settled = 0

    def checkpoint(self) -> None:
        """Fail."""
        raise OverflowError("no room for the model")

    def settle(self) -> None:
        """Fail."""
        self.settled += 1
        raise ZeroDivisionError("a defect")

    def settle_in_steps(self) -> None:
        """Fail in the same way."""
        self.settle()


def break_a_loop(service: Service) -> BrokenLoop:
    """Put a loop with a defect in front of the others."""
    broken = BrokenLoop()
    hosted = HostedLoop("broken", 99, cast("Any", broken), ("a", "b"))
    loops = service.loops
    loops._loops = {"broken": hosted, **loops}  # noqa: SLF001 (no loop fails before all others)
    return broken


async def live(service: Service) -> list[bool]:
    """Let the background work run, and return which of it has ended by itself."""
    tasks = [
        asyncio.create_task(service.housekeeping.run()),
        asyncio.create_task(service.run_jobs()),
    ]
    await asyncio.sleep(SECONDS)
    ended = [task.done() for task in tasks]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return ended


def test_a_loop_that_fails_keeps_neither_the_server_nor_the_log_busy(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is tried again, and said once with what to do."""
    service = build_service(Settings())
    broken = break_a_loop(service)
    with caplog.at_level(logging.ERROR, "mock_service"):
        assert asyncio.run(live(service)) == [False, False]

    (record,) = caplog.records
    assert broken.settled > 1
    assert "Settling the loop 'broken' failed and is tried again" in record.message
    assert "ZeroDivisionError: a defect" in record.message
    assert "Restart the server" in record.message


def test_the_storage_is_closed_whatever_fails_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And the models of the other loops are kept."""
    service = build_service(Settings(data_folder=tmp_path))
    break_a_loop(service)
    with caplog.at_level(logging.ERROR, "mock_service"):
        service.close()

    assert "Keeping the model of the loop 'broken'" in caplog.text
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        service.queue.query("SELECT 1")
    again = build_service(Settings(data_folder=tmp_path))
    assert list(again.loops) == [DEFAULT_LOOP]
    again.close()


def test_an_evaluation_that_fails_for_no_known_reason_does_not_come_up_for_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It has failed, and the next one is its own; here, no process starts for such a folder."""
    service = build_service(Settings())
    now = service.clock.now()
    for id_ in ("first", "second"):
        service.jobs.add(service.default.number, _inquiry(id_, now))
    service.flush()

    async def retain(_: Job, __: EvaluationResult) -> Status:
        return Status.RETAINED

    worker = JobWorker(service.jobs, service.queue, Path("\0"), retain, FailureLog())
    with caplog.at_level(logging.ERROR, "mock_service"):
        asyncio.run(work(worker))

    entries = service.jobs.all(service.default.number, JobKind.EVALUATION)
    assert [entry.status for entry in entries] == [Status.FAILED] * 2
    assert len(caplog.records) == 2
    assert "log says why" in entries[0].findings.description


async def work(worker: JobWorker) -> None:
    """Let a worker work for a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            await worker.work()


def _inquiry(id_: str, now: datetime) -> EvaluationRequest:
    return EvaluationRequest(
        JobKind.EVALUATION, id_, "which?", now, now, now, "--cb_explore_adf", 0.2
    )
