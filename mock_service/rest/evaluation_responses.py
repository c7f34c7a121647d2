"""Evaluations as each version shows them."""

from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from mock_service.errors import ApiError
from mock_service.evaluation.importance import importance_lists
from mock_service.evaluation.job import EvaluationResult, Status
from mock_service.evaluation.policies import ONLINE
from mock_service.hosting.evaluation_jobs import Job
from mock_service.rest.evaluation_common import job_fields, parse_range
from mock_service.rest.evaluation_series import (
    Json,
    SeriesQuery,
    check_span,
    evaluation_content,
    policy_results,
    policy_total,
)
from mock_service.rest.openapi import query_parameter
from mock_service.rest.operations import OperationRequest
from mock_service.rest.versions import Version

_NEWEST = Version.V2022_09_01_PREVIEW
_TIMESTAMPS = TypeAdapter(datetime)


def evaluation_response(entry: Job, version: Version) -> Json:
    """Return an evaluation of v1.0 or v1.1 with all of its windows."""
    findings = entry.findings
    results = policy_results(findings.courses, entry.inquiry.end)
    return _older(entry, findings, results, version)


def listed_response(entry: Job, version: Version) -> Json:
    """Return an evaluation of v1.0 or v1.1 as lists show it, with totals only."""
    findings = entry.findings
    results = [policy_total(one, entry.inquiry.end) for one in findings.courses]
    return _older(entry, findings, results, version)


def newest_details(entry: Job) -> Json:
    """Return an evaluation as lists of 2022-09-01-preview show it."""
    return job_fields(entry, _NEWEST) | {"evaluationType": _type(entry)}


def newest_response(entry: Job, span: SeriesQuery) -> Json:
    """Return an evaluation of 2022-09-01-preview; it has content once it has ended well."""
    findings = entry.findings
    shown = newest_details(entry) | {"optimalPolicy": findings.optimal}
    if entry.status in _WITH_CONTENT:
        shown["optimalPolicy"] = findings.optimal or ONLINE.name
        shown["content"] = evaluation_content(findings.courses, span)
    if findings.description:
        shown["description"] = findings.description
    return shown


def asked_span(call: OperationRequest) -> SeriesQuery:
    """Return which time an evaluation is asked for, and in which steps.

    Raises:
        ApiError: BadRequest, InvalidDateTimesInEvaluationContract.
    """
    query = call.request.query_params
    start, end = parse_range(_timestamp(call, "startTime"), _timestamp(call, "endTime"))
    minutes, window = query.get("intervalInMinutes", "5"), query.get("window", "Expanding")
    if window not in _WINDOWS:
        raise ApiError("BadRequest", f"window: expected {' or '.join(_WINDOWS)}.", target="window")
    if minutes not in _MINUTES:
        raise ApiError(
            "BadRequest",
            f"intervalInMinutes: expected one of {', '.join(_MINUTES)}.",
            target="intervalInMinutes",
        )
    span = SeriesQuery(start, end, int(minutes), rolling=window == "Rolling")
    check_span(span)
    return span


def _timestamp(call: OperationRequest, name: str) -> datetime:
    try:
        return _TIMESTAMPS.validate_strings(call.request.query_params.get(name, ""))
    except ValidationError as error:
        raise ApiError("BadRequest", f"{name}: expected a date and time.", target=name) from error


def _older(entry: Job, findings: EvaluationResult, results: list[Json], version: Version) -> Json:
    return job_fields(entry, version) | {
        "jobId": entry.inquiry.id,
        "policyResults": results,
        "featureImportance": importance_lists(findings.importance),
        "evaluationType": _type(entry),
        "optimalPolicy": findings.optimal,
    }


def _type(entry: Job) -> str:
    return "Auto" if entry.inquiry.automatic else "Manual"


_WITH_CONTENT = {Status.COMPLETED, Status.APPLIED, Status.RETAINED}
_WINDOWS = ("Expanding", "Rolling")
_MINUTES = ("5", "60", "360", "720", "1440")

_TIME = {"type": "string", "format": "date-time"}
SPAN = (
    query_parameter("startTime", _TIME, required=True),
    query_parameter("endTime", _TIME, required=True),
    query_parameter(
        "intervalInMinutes", {"type": "integer", "enum": [int(one) for one in _MINUTES]}
    ),
    query_parameter("window", {"type": "string", "enum": list(_WINDOWS)}),
)
"""What a read of an evaluation may ask for."""
