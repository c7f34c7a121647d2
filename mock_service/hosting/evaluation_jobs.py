"""All inquiries of a server's loops, as they are kept."""

from dataclasses import dataclass
from datetime import datetime

from mock_service.evaluation.job import (
    EvaluationRequest,
    EvaluationResult,
    JobKind,
    Status,
    parse_request,
    parse_result,
    to_request_json,
    to_result_json,
)
from mock_service.storage.codec import from_microseconds, to_microseconds
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.evaluation_jobs import (
    JobRow,
    add_job,
    count_inquiries,
    find_job,
    finish_job,
    job_exists,
    keep_latest_automatic,
    latest_automatic,
    list_jobs,
    next_running_job,
    remove_job,
)
from mock_service.storage.event_log import count_between
from mock_service.storage.retention import log_range

MAX_AUTOMATIC = 24
"""How many automatic optimizations are kept, as by the service."""


@dataclass(frozen=True, slots=True)
class Job:
    """An inquiry, how far it is, and the text of what was found, which may be long."""

    sequence: int
    loop: int
    inquiry: EvaluationRequest
    status: Status
    found: str = ""

    @property
    def findings(self) -> EvaluationResult:
        """What was found; nothing while it is being looked for."""
        return parse_result(self.found)


class JobRepository:
    """Inquiries by loop, kind and id."""

    def __init__(self, queue: CommitQueue) -> None:
        self._queue = queue

    def add(self, loop: int, inquiry: EvaluationRequest, status: Status = Status.RUNNING) -> Job:
        """Keep a new inquiry; it is answered once it is committed."""
        text, created = to_request_json(inquiry), to_microseconds(inquiry.created)
        automatic = inquiry.automatic
        row = JobRow(0, loop, inquiry.kind, inquiry.id, created, automatic, text, status.value, "")
        add_job(self._queue, row)
        if automatic:
            keep_latest_automatic(self._queue, loop, MAX_AUTOMATIC)
        return Job(0, loop, inquiry, status)

    def find(self, loop: int, kind: JobKind, id_: str) -> Job | None:
        """Return an inquiry, if there is such."""
        row = find_job(self._queue, loop, kind, id_)
        return None if row is None else _entry(row)

    def all(self, loop: int, kind: JobKind) -> list[Job]:
        """Return a loop's inquiries of one kind, the latest first."""
        return [_entry(row) for row in list_jobs(self._queue, loop, kind)]

    def count(self, loop: int) -> int:
        """Return how many inquiries a loop has, of all kinds."""
        return count_inquiries(self._queue, loop)

    def remove(self, loop: int, kind: JobKind, id_: str) -> None:
        """Forget an inquiry; if it is being answered, that ends."""
        remove_job(self._queue, loop, kind, id_)

    def next(self) -> Job | None:
        """Return what is to be answered next."""
        row = next_running_job(self._queue)
        return None if row is None else _entry(row)

    def holds(self, entry: Job) -> bool:
        """Return whether an inquiry is still wanted."""
        return job_exists(self._queue, entry.sequence)

    def conclude(self, entry: Job, status: Status, found: str | EvaluationResult) -> None:
        """Keep how an inquiry ended."""
        text = found if isinstance(found, str) else to_result_json(found)
        finish_job(self._queue, entry.sequence, status.value, text)

    def latest_automatic(self, loop: int) -> datetime | None:
        """Return when a loop was last optimised automatically."""
        created = latest_automatic(self._queue, loop)
        return None if created is None else from_microseconds(created)

    def count_events(self, loop: int, start: datetime, end: datetime, most: int) -> int:
        """Return how many settled events were decided in [start, end); it counts up to `most`."""
        return count_between(self._queue.query, loop, start, end, most)

    def first_event(self, loop: int) -> datetime | None:
        """Return when the first event of a loop's log was decided."""
        found = log_range(self._queue, loop)
        return None if found is None else found[0]


def _entry(row: JobRow) -> Job:
    return Job(row.sequence, row.loop, parse_request(row.asked), Status(row.status), row.found)
