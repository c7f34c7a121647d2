"""All diagnoses, asked one after the other."""

from mock_service.diagnosis.checks_exploration import CHOOSING
from mock_service.diagnosis.checks_feedback import FEEDBACK_CHECKS
from mock_service.diagnosis.checks_training import LEARNING
from mock_service.diagnosis.facts import LoopEvidence
from mock_service.diagnosis.finding import Diagnosis, Finding, Severity

DIAGNOSES: tuple[Diagnosis, ...] = (*FEEDBACK_CHECKS, *CHOOSING, *LEARNING)
_WORST_FIRST = list(Severity)


def diagnose(facts: LoopEvidence) -> list[Finding]:
    """Return what is wrong with a loop's learning, the worst first."""
    found = [finding for look in DIAGNOSES if (finding := look(facts)) is not None]
    return sorted(found, key=lambda finding: _WORST_FIRST.index(finding.severity))
