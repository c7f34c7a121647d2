"""What one asks of a loop's log, and what is found: as values, and as text to keep."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from pydantic import TypeAdapter

from mock_service.evaluation.course import Course
from mock_service.evaluation.importance import FeatureScore


class Kind(StrEnum):
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
class Inquiry:
    """A question to the log of the time in [start, end).

    ``online`` is the loop's learning policy when it was asked, and ``exploration`` the epsilon of
    policies to be found. ``newest`` tells an inquiry of 2022-09-01-preview from older ones.
    """

    kind: Kind
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
class Findings:
    """The answer: courses of the judged policies, the features that matter, and who is best.

    ``optimal`` is empty where no policy is surely better than the online one; ``description`` says
    what went wrong, or what is to know about the answer.
    """

    courses: tuple[Course, ...] = ()
    importance: tuple[FeatureScore, ...] = ()
    optimal: str = ""
    description: str = ""

    def course(self, name: str) -> Course | None:
        """Return the course of the policy of that name."""
        return next((one for one in self.courses if one.name == name), None)


ASKED, FOUND = "asked.json", "found.json"
"""The files in which a server and the process that answers it leave texts for each other."""

REFUSED = 3
"""With this code such a process ends when there is no answer; it then has said why."""


def inquiry_text(inquiry: Inquiry) -> str:
    """Return an inquiry as JSON."""
    return _inquiries().dump_json(inquiry).decode()


def inquiry_of(text: str) -> Inquiry:
    """Return the inquiry in a JSON text."""
    return _inquiries().validate_json(text)


def findings_text(findings: Findings) -> str:
    """Return findings as JSON."""
    return _findings().dump_json(findings).decode()


def findings_of(text: str) -> Findings:
    """Return the findings in a JSON text; an empty one holds none."""
    return _findings().validate_json(text) if text else Findings()


@cache
def _inquiries() -> TypeAdapter[Inquiry]:
    return TypeAdapter(Inquiry)


@cache
def _findings() -> TypeAdapter[Findings]:
    return TypeAdapter(Findings)
