"""Sending requests to an endpoint that may be busy, broken or gone for a while."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import monotonic, sleep

from mock_service.exchange import (
    BoundedReply,
    Exchange,
    ExchangeFailed,
    NotConnected,
    ReplyUnreadable,
)
from mock_service.wire import KEY_HEADER
from simulator.errors import EndpointProblem

_FIRST_PAUSE = 0.25
_MAX_PAUSE = 30.0
_MAX_WAIT_ASKED_FOR = 300.0
_NO_WAIT_ANYONE_MEANS = 3.2e9
"""A century, in seconds: numbers and dates beyond it, and nan, say nothing."""
_MAX_REPLY_SHOWN = 300


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How an endpoint is treated: tries after the first, seconds a try, requests a second.

    The seconds are for a whole exchange, from the request's first byte to the reply's last.

    A ``rate`` of 0 is no limit.
    """

    retries: int = 5
    timeout: float = 30.0
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class RequestStats:
    """Requests that were sent, tries after the first of them, and those that were given up."""

    sent: int = 0
    retried: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class UnusableReplies:
    """How many replies of how many ranks were not what the contract says, and why the first."""

    count: int
    ranks: int
    first: str


class RequestLost(EndpointProblem):
    """A request failed as often as one was willing to try."""


class ReplyUnusable(EndpointProblem):
    """A reply is not what the contract says."""


class RetryingClient:
    """One kept-alive connection to an endpoint.

    Too many requests, errors of the server and lost connections are tried again, later and later
    or when the reply says so. An endpoint that was never reached is not: nothing runs there.
    """

    def __init__(
        self,
        endpoint: str,
        key: str,
        patience: RetryPolicy,
        pause: Callable[[float], None] = sleep,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._pause, self._now = pause, now
        self._exchange = Exchange(patience.timeout)
        self._headers = {KEY_HEADER: key, "Content-Type": "application/json"}
        self._reached = False
        self._next = 0.0
        self._sent = self._retried = self._lost = 0

    def post(
        self, path: str, body: str, expected: HTTPStatus, version: str = "v1.0"
    ) -> BoundedReply:
        """Return the reply, once it is the expected one.

        Raises:
            RequestLost: the request failed too often.
            ReplyUnusable: the reply is too large, or its encoding is broken.
            EndpointProblem: nothing runs there, or it answers that the request is wrong.
        """
        url = f"{self._endpoint}/personalizer/{version}{path}"
        self._sent += 1
        for pause in (*self._pauses(), None):
            reply, problem = self._try(url, body, expected)
            if reply is not None and reply.status == expected:
                return reply
            if reply is not None and not _may_pass(reply.status):
                raise EndpointProblem(problem)
            if pause is None:
                break
            self._retried += 1
            self._pause(pause if reply is None else _asked_for(reply, pause))
        self._lost += 1
        raise RequestLost(f"{problem} (tried {1 + self._patience.retries} times)")

    def account(self) -> RequestStats:
        """Return what became of all requests so far."""
        return RequestStats(self._sent, self._retried, self._lost)

    def close(self) -> None:
        """Close the connection."""
        self._exchange.close()

    def _pauses(self) -> list[float]:
        tries = range(self._patience.retries)
        return [min(_MAX_PAUSE, _FIRST_PAUSE * 2**number) for number in tries]

    def _try(self, url: str, body: str, expected: HTTPStatus) -> tuple[BoundedReply | None, str]:
        """Return a reply, and what is wrong with it or why there is none."""
        self._keep_pace()
        try:
            reply = self._exchange.send("POST", url, self._headers, body)
        except ReplyUnreadable as error:
            raise ReplyUnusable(f"{url}: {error}") from error
        except ExchangeFailed as error:
            problem = f"cannot reach {self._endpoint}: {error}"
            if not self._reached:
                hint = "; is `personalizer-lab serve` running there?"
                raise EndpointProblem(
                    problem + (hint if isinstance(error, NotConnected) else "")
                ) from error
            return None, problem
        self._reached = True
        if reply.status == expected:
            return reply, ""
        text = reply.excerpt(_MAX_REPLY_SHOWN)
        return reply, f"{url} answered {reply.status}, expected {expected.value}: {text}"

    def _keep_pace(self) -> None:
        if not self._patience.rate:
            return
        now = self._now()
        if self._next > now:
            self._pause(self._next - now)
        self._next = max(now, self._next) + 1 / self._patience.rate


def _may_pass(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _asked_for(reply: BoundedReply, pause: float) -> float:
    """Return the seconds that Retry-After asks for, as a number or as a date; else `pause`."""
    text = reply.headers.get("Retry-After", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = _until(text, reply.headers.get("Date", ""), pause)
    if not abs(seconds) < _NO_WAIT_ANYONE_MEANS:
        return pause
    return min(_MAX_WAIT_ASKED_FOR, max(0.0, seconds))


def _until(date: str, now: str, pause: float) -> float:
    """Return the seconds from one date to another; `pause` where one of them is none."""
    try:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return pause
