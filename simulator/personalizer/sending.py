"""Sending requests to an endpoint that may be busy, broken or gone for a while."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import monotonic, sleep

import httpx2

from simulator.errors import EndpointProblem

_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 30.0
_LONGEST_WAIT_ASKED_FOR = 300.0
_LONGEST_REPLY_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Patience:
    """How an endpoint is treated: tries after the first, seconds a try, requests a second.

    A ``rate`` of 0 is no limit.
    """

    retries: int = 5
    timeout: float = 30.0
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class RequestAccount:
    """Requests that were sent, tries after the first of them, and those that were given up."""

    sent: int = 0
    retried: int = 0
    lost: int = 0


class RequestLost(EndpointProblem):
    """A request failed as often as one was willing to try."""


class Sender:
    """One kept-alive connection to an endpoint.

    Too many requests, errors of the server and lost connections are tried again, later and later
    or when the reply says so. An endpoint that was never reached is not: nothing runs there.
    """

    def __init__(
        self,
        endpoint: str,
        key: str,
        patience: Patience,
        pause: Callable[[float], None] = sleep,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._pause, self._now = pause, now
        self._client = httpx2.Client(
            headers={"Ocp-Apim-Subscription-Key": key, "Content-Type": "application/json"},
            timeout=patience.timeout,
        )
        self._reached = False
        self._next = 0.0
        self._sent = self._retried = self._lost = 0

    def post(
        self, path: str, body: str, expected: HTTPStatus, version: str = "v1.0"
    ) -> httpx2.Response:
        """Return the reply, once it is the expected one.

        Raises:
            RequestLost: the request failed too often.
            EndpointProblem: nothing runs there, or it answers that the request is wrong.
        """
        url = f"{self._endpoint}/personalizer/{version}{path}"
        self._sent += 1
        for pause in (*self._pauses(), None):
            reply, problem = self._try(url, body, expected)
            if reply is not None and reply.status_code == expected:
                return reply
            if reply is not None and not _may_pass(reply.status_code):
                raise EndpointProblem(problem)
            if pause is None:
                break
            self._retried += 1
            self._pause(pause if reply is None else _asked_for(reply, pause))
        self._lost += 1
        raise RequestLost(f"{problem} (tried {1 + self._patience.retries} times)")

    def account(self) -> RequestAccount:
        """Return what became of all requests so far."""
        return RequestAccount(self._sent, self._retried, self._lost)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _pauses(self) -> list[float]:
        tries = range(self._patience.retries)
        return [min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number) for number in tries]

    def _try(self, url: str, body: str, expected: HTTPStatus) -> tuple[httpx2.Response | None, str]:
        """Return a reply, and what is wrong with it or why there is none."""
        self._keep_pace()
        try:
            reply = self._client.post(url, content=body)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            problem = f"cannot reach {self._endpoint}: {error}"
            if not self._reached:
                raise EndpointProblem(
                    f"{problem}; is `personalizer-lab serve` running there?"
                ) from error
            return None, problem
        self._reached = True
        if reply.status_code == expected:
            return reply, ""
        text = " ".join(reply.text.split())[:_LONGEST_REPLY_SHOWN]
        return reply, f"{url} answered {reply.status_code}, expected {expected.value}: {text}"

    def _keep_pace(self) -> None:
        if not self._patience.rate:
            return
        now = self._now()
        if self._next > now:
            self._pause(self._next - now)
        self._next = max(now, self._next) + 1 / self._patience.rate


def _may_pass(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _asked_for(reply: httpx2.Response, pause: float) -> float:
    """Return the seconds that Retry-After asks for, as a number or as a date; else `pause`."""
    text = reply.headers.get("Retry-After", "")
    try:
        return min(_LONGEST_WAIT_ASKED_FOR, max(0.0, float(text)))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(text) - parsedate_to_datetime(reply.headers.get("Date", ""))
    except (ValueError, TypeError):
        return pause
    return min(_LONGEST_WAIT_ASKED_FOR, max(0.0, until.total_seconds()))
