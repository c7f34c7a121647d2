"""A finding: what is seen, what it means, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mock_service.diagnosis.facts import LoopEvidence


class Severity(StrEnum):
    """What a finding does to learning, the worst first."""

    STOPS = "stops"
    SLOWS = "slows"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One symptom in words; ``name`` is for programs."""

    name: str
    severity: Severity
    seen: str
    means: str
    advice: str


Diagnosis = Callable[[LoopEvidence], Finding | None]
"""Looks for one illness; None where it is not, or where too little is known."""


def severity_of_loss(share: float) -> Severity:
    """Return how bad it is to lose such a share of what one could learn from."""
    if share >= _MAX:
        return Severity.STOPS
    return Severity.SLOWS if share >= _SOME else Severity.NOTE


_MAX = 0.95
_SOME = 0.05
