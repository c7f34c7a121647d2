"""All checks by section, and what came of running them."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from mock_service.conformance import (
    configuration,
    events,
    gateway,
    invalid_requests,
    ranking,
    versions,
)
from mock_service.conformance.probe import (
    TIMEOUT_SECONDS,
    TOTAL_SECONDS,
    ContractClient,
    ContractViolation,
)
from mock_service.exchange import Exchange

SECTIONS = {
    "gateway": gateway.CHECKS,
    "rank": ranking.CHECKS,
    "what rank refuses": invalid_requests.CHECKS,
    "reward and activate": events.CHECKS,
    "configuration, policy, model and logs": configuration.CHECKS,
    "other versions": versions.CHECKS,
}


_MAX_LENGTH = 500
_OTHER_SHAPES = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What comes of looking for a part in a reply that is built otherwise."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Whether one sentence of the contract holds, and what was seen instead if not."""

    section: str
    sentence: str
    holds: bool
    instead: str = ""


def run_checks(endpoint: str, key: str) -> Iterator[CheckResult]:
    """Run every check against an endpoint, and yield what came of each.

    Raises:
        EndpointUnreachable: no answer comes from there.
    """
    with closing(Exchange(TIMEOUT_SECONDS, total=TOTAL_SECONDS)) as exchange:
        probe = ContractClient(endpoint, key, exchange)
        for section, checks in SECTIONS.items():
            for check in checks:
                sentence = (check.__doc__ or "").strip()
                try:
                    check(probe)
                except ContractViolation as broken:
                    yield CheckResult(
                        section, sentence, holds=False, instead=str(broken)[:_MAX_LENGTH]
                    )
                except _OTHER_SHAPES as error:
                    instead = f"the reply is of another shape ({error!r})"
                    yield CheckResult(section, sentence, holds=False, instead=instead[:_MAX_LENGTH])
                else:
                    yield CheckResult(section, sentence, holds=True)
