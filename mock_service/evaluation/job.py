"""What one asks of a loop's log, and what is found: as values, and as text to keep."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from pydantic import TypeAdapter

from mock_service.evaluation.importance import FeatureScore
from mock_service.evaluation.time_series import RewardSeries


class JobKind(StrEnum):
    """What is asked: how policies would have done, or which features matter."""

    EVALUATION = "evaluation"
    IMPORTANCE = "importance"


class Status(StrEnum):
    """How far an inquiry is; ``applied`` and ``retained`` end an automatic optimization."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMEOUT = "timeout"
    APPLIED = "applied"
    RETAINED = "retained"


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A learning policy to judge."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """A question to the log of the time in [start, end).

    ``online`` is the loop's learning policy when it was asked, and ``exploration`` the epsilon of
    policies to be found. ``newest`` tells an inquiry of 2022-09-01-preview from older ones.
    """

    kind: JobKind
    id: str
    name: str
    start: datetime
    end: datetime
    created: datetime
    online: str
    exploration: float
    policies: tuple[NamedPolicy, ...] = ()
    optimize: bool = False
    automatic: bool = False
    newest: bool = True


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The answer: courses of the judged policies, the features that matter, and who is best.

    ``optimal`` is empty where no policy is surely better than the online one; ``description`` says
    what went wrong, or what is to know about the answer.
    """

    courses: tuple[RewardSeries, ...] = ()
    importance: tuple[FeatureScore, ...] = ()
    optimal: str = ""
    description: str = ""

    def course(self, name: str) -> RewardSeries | None:
        """Return the course of the policy of that name."""
        return next((one for one in self.courses if one.name == name), None)


ASKED, FOUND = "asked.json", "found.json"
"""The files in which a server and the process that answers it leave texts for each other."""

REFUSED = 3
"""With this code such a process ends when there is no answer; it then has said why."""


def to_request_json(inquiry: EvaluationRequest) -> str:
    """Return an inquiry as JSON."""
    return _inquiries().dump_json(inquiry).decode()


def parse_request(text: str) -> EvaluationRequest:
    """Return the inquiry in a JSON text."""
    return _inquiries().validate_json(text)


def to_result_json(findings: EvaluationResult) -> str:
    """Return findings as JSON."""
    return _findings().dump_json(findings).decode()


def parse_result(text: str) -> EvaluationResult:
    """Return the findings in a JSON text; an empty one holds none."""
    return _findings().validate_json(text) if text else EvaluationResult()


@cache
def _inquiries() -> TypeAdapter[EvaluationRequest]:
    return TypeAdapter(EvaluationRequest)


@cache
def _findings() -> TypeAdapter[EvaluationResult]:
    return TypeAdapter(EvaluationResult)
