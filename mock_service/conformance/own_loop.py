"""A loop of one's own to examine, where an endpoint can make one: nothing is left behind."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from mock_service.conformance.probe import (
    TIMEOUT_SECONDS,
    TOTAL_SECONDS,
    ContractClient,
    ContractViolation,
)
from mock_service.errors import SettingsInvalid
from mock_service.exchange import Exchange

_LOOPS = "/mock/loops"
_SETTINGS = "/personalizer/v1.0/configurations/service"


@dataclass(frozen=True, slots=True)
class Examined:
    """The address and the key of the loop that is examined."""

    endpoint: str
    key: str


@contextmanager
def own_loop(endpoint: str, key: str, name: str) -> Iterator[Examined]:
    """Yield a loop of that name, made for the purpose and removed; elsewhere the endpoint's own.

    Raises:
        EndpointUnreachable: no answer comes from there.
        SettingsInvalid: the key is refused.
    """
    with closing(Exchange(TIMEOUT_SECONDS, total=TOTAL_SECONDS)) as exchange:
        client = ContractClient(endpoint, key, exchange)
        if client.send("GET", _SETTINGS).status == HTTPStatus.UNAUTHORIZED:
            raise SettingsInvalid(f"{endpoint} refuses the key: give its own, as --key or variable")
        loop = _make_loop(client, endpoint, name)
        if loop is None:
            yield Examined(endpoint, key)
            return
        try:
            yield loop
        finally:
            client.send("DELETE", f"{_LOOPS}/{name}")


def _make_loop(client: ContractClient, endpoint: str, name: str) -> Examined | None:
    """Return the address of a new loop like the default one; None where none can be made."""
    like = client.send("GET", f"{_LOOPS}/default")
    if like.status != HTTPStatus.OK:
        return None
    try:
        made = client.send("POST", _LOOPS, body={"name": name, "mode": like.json.get("mode")})
        if made.status != HTTPStatus.CREATED:
            return None
        path, key = made.json.get("endpoint"), made.json.get("key1")
    except ContractViolation:
        return None
    if not (isinstance(path, str) and isinstance(key, str)):
        return None
    return Examined(endpoint.rstrip("/") + path, key)
