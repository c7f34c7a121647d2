"""Evaluations as each version shows them."""

from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from mock_service.errors import ServiceProblem
from mock_service.evaluation.importance import importance_lists
from mock_service.evaluation.inquiry import Findings, Status
from mock_service.inquiring.book import Entry
from mock_service.rest.documentation import query_parameter
from mock_service.rest.evaluation_shapes import (
    Json,
    Span,
    check_span,
    evaluation_content,
    policy_results,
    policy_total,
)
from mock_service.rest.inquiries import details, times_of
from mock_service.rest.operations import Call
from mock_service.rest.versions import Version

_NEWEST = Version.V2022_09_01_PREVIEW
_MOMENTS = TypeAdapter(datetime)


def evaluation_response(entry: Entry, version: Version) -> Json:
    """Return an evaluation of v1.0 or v1.1 with all of its windows."""
    findings = entry.findings
    results = policy_results(findings.courses, entry.inquiry.end)
    return _older(entry, findings, results, version)


def listed_response(entry: Entry, version: Version) -> Json:
    """Return an evaluation of v1.0 or v1.1 as lists show it, with totals only."""
    findings = entry.findings
    results = [policy_total(one, entry.inquiry.end) for one in findings.courses]
    return _older(entry, findings, results, version)


def newest_details(entry: Entry) -> Json:
    """Return an evaluation as lists of 2022-09-01-preview show it."""
    return details(entry, _NEWEST) | {"evaluationType": _type(entry)}


def newest_response(entry: Entry, span: Span) -> Json:
    """Return an evaluation of 2022-09-01-preview; it has content once it has ended well."""
    findings = entry.findings
    shown = newest_details(entry) | {"optimalPolicy": findings.optimal}
    if entry.status in _WITH_CONTENT:
        shown["content"] = evaluation_content(findings.courses, span)
    if findings.description:
        shown["description"] = findings.description
    return shown


def asked_span(call: Call) -> Span:
    """Return which time an evaluation is asked for, and in which steps.

    Raises:
        ServiceProblem: BadRequest, InvalidDateTimesInEvaluationContract.
    """
    query = call.request.query_params
    start, end = times_of(_moment(call, "startTime"), _moment(call, "endTime"))
    minutes, window = query.get("intervalInMinutes", "5"), query.get("window", "Expanding")
    if window not in _WINDOWS:
        raise ServiceProblem(
            "BadRequest", f"window: expected {' or '.join(_WINDOWS)}.", target="window"
        )
    if minutes not in _MINUTES:
        raise ServiceProblem(
            "BadRequest",
            f"intervalInMinutes: expected one of {', '.join(_MINUTES)}.",
            target="intervalInMinutes",
        )
    span = Span(start, end, int(minutes), rolling=window == "Rolling")
    check_span(span)
    return span


def _moment(call: Call, name: str) -> datetime:
    try:
        return _MOMENTS.validate_strings(call.request.query_params.get(name, ""))
    except ValidationError as error:
        raise ServiceProblem(
            "BadRequest", f"{name}: expected a date and time.", target=name
        ) from error


def _older(entry: Entry, findings: Findings, results: list[Json], version: Version) -> Json:
    return details(entry, version) | {
        "jobId": entry.inquiry.id,
        "policyResults": results,
        "featureImportance": importance_lists(findings.importance),
        "evaluationType": _type(entry),
        "optimalPolicy": findings.optimal,
    }


def _type(entry: Entry) -> str:
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
