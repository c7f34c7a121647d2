"""All checks by section, and what came of running them."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from mock_service.conformance import (
    administration,
    events,
    gateway,
    ranking,
    refusals,
    versions,
)
from mock_service.conformance.probe import ContractBroken, Probe

SECTIONS = {
    "gateway": gateway.CHECKS,
    "rank": ranking.CHECKS,
    "what rank refuses": refusals.CHECKS,
    "reward and activate": events.CHECKS,
    "configuration, policy, model and logs": administration.CHECKS,
    "other versions": versions.CHECKS,
}


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
    with httpx2.Client() as client:
        probe = Probe(endpoint, key, client)
        for section, checks in SECTIONS.items():
            for check in checks:
                sentence = (check.__doc__ or "").strip()
                try:
                    check(probe)
                except ContractBroken as broken:
                    yield Finding(section, sentence, holds=False, instead=str(broken))
                except (KeyError, IndexError, TypeError) as error:
                    instead = f"the reply is of another shape ({error!r})"
                    yield Finding(section, sentence, holds=False, instead=instead)
                else:
                    yield Finding(section, sentence, holds=True)
