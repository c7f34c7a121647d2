"""All diagnoses, asked one after the other."""

from mock_service.diagnosis.choosing import CHOOSING
from mock_service.diagnosis.facts import LoopFacts
from mock_service.diagnosis.finding import Diagnosis, Finding, Severity
from mock_service.diagnosis.hearing import HEARING
from mock_service.diagnosis.learning import LEARNING

DIAGNOSES: tuple[Diagnosis, ...] = (*HEARING, *CHOOSING, *LEARNING)
_WORST_FIRST = list(Severity)


def diagnose(facts: LoopFacts) -> list[Finding]:
    """Return what is wrong with a loop's learning, the worst first."""
    found = [finding for look in DIAGNOSES if (finding := look(facts)) is not None]
    return sorted(found, key=lambda finding: _WORST_FIRST.index(finding.severity))
