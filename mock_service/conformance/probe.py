"""Requests to the endpoint under examination, and what is expected of its replies."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from httpx2 import Headers
from pydantic_core import from_json, to_json

from mock_service.errors import EndpointUnreachable
from mock_service.exchange import Exchange, ExchangeFailed
from mock_service.wire import KEY_HEADER

TIMEOUT_SECONDS = 20.0
TOTAL_SECONDS = 300.0
"""A server that takes nearly too long for every reply would take half an hour for all checks."""

ACTIONS: list[dict[str, Any]] = [
    {"id": "first", "features": [{"topic": "politics"}, {"length": 3}]},
    {"id": "second", "features": [{"topic": "sports"}, {"length": 5}]},
    {"id": "third", "features": [{"topic": "music"}, {"live": True}]},
]
"""Three candidates for checks whose content does not matter."""


class ContractViolation(Exception):
    """A reply is not what the contract says; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the endpoint answered."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            ContractViolation: it is none.
        """
        try:
            value = from_json(self.body, allow_inf_nan=False)
        except ValueError:
            value = None
        if isinstance(value, dict):
            return value
        raise ContractViolation(f"expected a JSON object, got {self.body[:80]!r}")

    def answers(self, status: int) -> "Reply":
        """Return the reply itself.

        Raises:
            ContractViolation: it has another status.
        """
        expect(self.status == status, f"{status}", f"{self.status} {self.body[:120]!r}")
        return self

    def refuses(self, status: int, code: str) -> None:
        """Expect an error in the service's shape; its code may begin with either case.

        Raises:
            ContractViolation: it is not.
        """
        self.answers(status)
        error = self.json.get("error")
        shaped = isinstance(error, dict) and isinstance(error.get("message"), str)
        expect(shaped, "an error with code and message", repr(self.body[:120]))
        got = str(error["code"]) if isinstance(error, dict) else ""
        expect(got.lower() == code.lower(), f"the code {code}", got)


class ContractClient:
    """Speaks to one endpoint with its key."""

    def __init__(self, endpoint: str, key: str, exchange: Exchange) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._key = key
        self._exchange = exchange

    def send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send a request; `body` goes as JSON, and `headers` replace the key.

        Raises:
            EndpointUnreachable: no answer comes, or not within the bounds of an exchange.
        """
        sent = {KEY_HEADER: self._key} if headers is None else dict(headers)
        if body is not None:
            content = to_json(body)
        if content is not None:
            sent["Content-Type"] = "application/json"
        try:
            reply = self._exchange.send(method, self._endpoint + path, sent, content)
        except ExchangeFailed as error:
            raise EndpointUnreachable(f"{self._endpoint} does not answer: {error}") from error
        return Reply(reply.status, reply.headers, reply.body)

    def rank(self, **more: object) -> Reply:
        """Ask v1.0 to rank three actions; `more` replaces fields of the body."""
        return self.send("POST", "/personalizer/v1.0/rank", body={"actions": ACTIONS, **more})

    def reward(self, event_id: str, body: object) -> Reply:
        """Reward an event."""
        return self.send("POST", _event(event_id, "reward"), body=body)

    def activate(self, event_id: str) -> Reply:
        """Activate an event."""
        return self.send("POST", _event(event_id, "activate"))


def expect(holds: object, expected: str, got: object) -> None:
    """Say what was expected if it does not hold.

    Raises:
        ContractViolation: it does not.
    """
    if not holds:
        raise ContractViolation(f"expected {expected}, got {got}")


def _event(event_id: str, verb: str) -> str:
    return f"/personalizer/v1.0/events/{quote(event_id, safe='')}/{verb}"
