"""What evaluations and feature importances have in common on the wire."""

from datetime import datetime

from mock_service.errors import ApiError
from mock_service.evaluation.job import EvaluationRequest, JobKind, Status
from mock_service.hosting.evaluation_jobs import Job
from mock_service.rest.evaluation_series import Json
from mock_service.rest.operations import OperationRequest
from mock_service.rest.schemas import MAX_ID_LENGTH
from mock_service.rest.versions import Version
from mock_service.timestamps import format_timestamp, to_utc

MAX_EVENTS = 1_000_000
"""The largest log that is evaluated: its decisions have to fit into memory."""

MAX_KEPT = 1_000


def parse_range(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return both timestamps in UTC; those without a zone are so already.

    Raises:
        ApiError: InvalidDateTimesInEvaluationContract.
    """
    try:
        first, last = [to_utc(at) for at in (start, end)]
    except OverflowError as error:
        raise ApiError("InvalidDateTimesInEvaluationContract") from error
    if first >= last:
        raise ApiError(
            "InvalidDateTimesInEvaluationContract", "startTime should be before endTime."
        )
    return first, last


def loop_number(call: OperationRequest) -> int:
    """Return the number under which the loop that is called is kept."""
    return call.hosted.number


def count_events(call: OperationRequest, start: datetime, end: datetime) -> int:
    """Return how many events the loop's log has of [start, end).

    Raises:
        ApiError: LogsSizeExceedAllowedLimit.
    """
    call.loop.settle()
    call.service.flush()
    count = call.service.jobs.count_events(loop_number(call), start, end, MAX_EVENTS + 1)
    if count > MAX_EVENTS:
        raise ApiError(
            "LogsSizeExceedAllowedLimit", f"More than {MAX_EVENTS:,} events: take less time."
        )
    return count


def new_request(
    call: OperationRequest, kind: JobKind, id_: str, name: str, times: tuple[datetime, datetime]
) -> EvaluationRequest:
    """Return a question to the log of the loop that is called, about the policy it has now."""
    state = call.loop.state
    return EvaluationRequest(
        kind=kind,
        id=id_,
        name=name,
        start=times[0],
        end=times[1],
        created=call.service.clock.now(),
        online=state.policy,
        exploration=state.exploration,
    )


def find(call: OperationRequest, kind: JobKind, id_: str) -> Job | None:
    """Return an inquiry of the loop that is called."""
    return call.service.jobs.find(loop_number(call), kind, id_)


async def save_job(
    call: OperationRequest, inquiry: EvaluationRequest, status: Status = Status.RUNNING
) -> Job:
    """Keep a new inquiry; it is answered in the background.

    Raises:
        ApiError: InvalidRequest, when the loop has too many already.
    """
    if call.service.jobs.count(loop_number(call)) >= MAX_KEPT:
        raise ApiError(
            "InvalidRequest",
            f"A loop keeps at most {MAX_KEPT} evaluations and feature importances: delete some.",
        )
    entry = call.service.jobs.add(loop_number(call), inquiry, status)
    await call.service.wait_committed()
    return entry


async def remove(call: OperationRequest, kind: JobKind, id_: str) -> None:
    """Forget an inquiry."""
    call.service.jobs.remove(loop_number(call), kind, id_)
    await call.service.wait_committed()


def parse_id(call: OperationRequest, name: str, code: str) -> str:
    """Return the id in the path.

    Raises:
        ApiError: `code`, when it is longer than an id may be.
    """
    id_ = call.id(name)
    if not 1 <= len(id_) <= MAX_ID_LENGTH:
        raise ApiError(code, f"The id should have 1 to {MAX_ID_LENGTH} characters.", target=name)
    return id_


def job_fields(entry: Job, version: Version) -> Json:
    """Return what an inquiry says of itself before anything is found."""
    inquiry = entry.inquiry
    return {
        "id": inquiry.id,
        "name": inquiry.name,
        "startTime": format_timestamp(inquiry.start, "seconds"),
        "endTime": format_timestamp(inquiry.end, "seconds"),
        "creationTime": format_timestamp(inquiry.created),
        "status": status_name(entry.status, version),
    }


def status_name(status: Status, version: Version) -> str:
    """Return a status as `version` calls it; v1.0 knows no automatic optimization."""
    words = _NEWEST if version.in_query else _FIRST if version is Version.V1_0 else _OLDER
    return words[status]


_OLDER = {
    Status.RUNNING: "pending",
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
    Status.TIMEOUT: "timeout",
    Status.APPLIED: "optimalPolicyApplied",
    Status.RETAINED: "onlinePolicyRetained",
}
_FIRST = _OLDER | {
    Status.TIMEOUT: "failed",
    Status.APPLIED: "completed",
    Status.RETAINED: "completed",
}
_NEWEST = {
    Status.RUNNING: "Running",
    Status.COMPLETED: "Succeeded",
    Status.FAILED: "Failed",
    Status.TIMEOUT: "Timeout",
    Status.APPLIED: "OptimalPolicyApplied",
    Status.RETAINED: "OnlinePolicyRetained",
}
