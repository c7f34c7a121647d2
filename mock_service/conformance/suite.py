"""All checks by section, and what came of running them."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from mock_service.conformance import (
    administration,
    events,
    gateway,
    ranking,
    refusals,
    versions,
)
from mock_service.conformance.probe import (
    TIMEOUT_SECONDS,
    TOTAL_SECONDS,
    ContractBroken,
    Probe,
)
from mock_service.exchange import Exchange

SECTIONS = {
    "gateway": gateway.CHECKS,
    "rank": ranking.CHECKS,
    "what rank refuses": refusals.CHECKS,
    "reward and activate": events.CHECKS,
    "configuration, policy, model and logs": administration.CHECKS,
    "other versions": versions.CHECKS,
}


_LONGEST = 500
_OTHER_SHAPES = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What comes of looking for a part in a reply that is built otherwise."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one sentence of the contract holds, and what was seen instead if not."""

    section: str
    sentence: str
    holds: bool
    instead: str = ""


def examine(endpoint: str, key: str) -> Iterator[Finding]:
    """Run every check against an endpoint, and yield what came of each.

    Raises:
        EndpointUnreachable: nobody answers there.
    """
    with closing(Exchange(TIMEOUT_SECONDS, total=TOTAL_SECONDS)) as exchange:
        probe = Probe(endpoint, key, exchange)
        for section, checks in SECTIONS.items():
            for check in checks:
                sentence = (check.__doc__ or "").strip()
                try:
                    check(probe)
                except ContractBroken as broken:
                    yield Finding(section, sentence, holds=False, instead=str(broken)[:_LONGEST])
                except _OTHER_SHAPES as error:
                    instead = f"the reply is of another shape ({error!r})"
                    yield Finding(section, sentence, holds=False, instead=instead[:_LONGEST])
                else:
                    yield Finding(section, sentence, holds=True)
