"""An endpoint that is busy, broken or gone for a while, and one that is slow."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep

import pytest

from simulator.errors import EndpointProblem
from simulator.personalizer.retrying_client import (
    RequestLost,
    RequestStats,
    RetryingClient,
    RetryPolicy,
)
from simulator.scenario.catalogue import find_scenario
from simulator.simulations import EndpointTarget, RunOptions, simulate

DROP, STALL = "drop", "stall"
Turn = tuple[int, dict[str, str]] | str
GOOD: Turn = (201, {})


@dataclass
class Pauses:
    """A clock that moves only while somebody waits, and remembers how long."""

    time: float = 0.0
    taken: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        """Wait."""
        self.taken.append(seconds)
        self.time += seconds

    def now(self) -> float:
        """Return the time."""
        return self.time


@contextmanager
def turning(*turns: Turn) -> Iterator[str]:
    """Serve the turns one after the other; when none is left, rank and reward as they should."""
    left = list(turns)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            turn = left.pop(0) if left else (201 if "actions" in request else 204, {})
            if turn == DROP:
                return
            if turn == STALL:
                sleep(0.3)
                return
            self._answer(turn, request)

        def _answer(self, turn: Turn, request: dict[str, list[dict[str, str]]]) -> None:
            assert not isinstance(turn, str)
            ids = [action["id"] for action in request.get("actions", [])]
            ranking = [{"id": id_, "probability": 1 / len(ids)} for id_ in ids]
            reply = {"ranking": ranking, "rewardActionId": ids[0] if ids else None}
            body = b"" if turn[0] == HTTPStatus.NO_CONTENT else json.dumps(reply).encode()
            self.send_response(turn[0])
            for name, value in {**turn[1], "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _posted(
    *turns: Turn, patience: RetryPolicy | None = None, requests: int = 1
) -> tuple[list[float], RequestStats]:
    """Post to an endpoint that takes these turns; return the pauses and the account."""
    pauses = Pauses()
    with turning(*turns) as url:
        sender = RetryingClient(url, "k", patience or RetryPolicy(), pauses, pauses.now)
        try:
            for _ in range(requests):
                sender.post("/rank", '{"actions": [{"id": "a"}]}', HTTPStatus.CREATED)
        finally:
            sender.close()
        return pauses.taken, sender.account()


@pytest.mark.parametrize(
    ("turn", "pause"),
    [
        ((429, {"Retry-After": "7"}), 7.0),
        ((503, {"Retry-After": "0.5"}), 0.5),
        ((503, {"Retry-After": "9999"}), 300.0),
        ((500, {}), 0.25),
        ((502, {"Retry-After": "soon"}), 0.25),
        (DROP, 0.25),
    ],
)
def test_what_may_pass_is_tried_again(turn: Turn, pause: float) -> None:
    """After the time the reply asks for, or a quarter of a second."""
    pauses, account = _posted(GOOD, turn, requests=2)

    assert pauses == [pause]
    assert account == RequestStats(sent=2, retried=1, lost=0)


@pytest.mark.parametrize(
    ("date", "pause"),
    [("Tue, 15 Nov 1994 08:12:38 GMT", 0.0), ("Fri, 01 Jan 2100 00:00:00 GMT", 300.0)],
)
def test_retry_after_may_be_a_date(date: str, pause: float) -> None:
    """Counted from the reply's own Date, whatever the clocks on both sides say."""
    pauses, _ = _posted((503, {"Retry-After": date}))

    assert pauses == [pause]


def test_pauses_grow() -> None:
    """Each is twice the one before, up to half a minute."""
    pauses, account = _posted(*[(503, {})] * 9, patience=RetryPolicy(retries=9))

    assert pauses == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]
    assert account.retried == 9


def test_what_fails_too_often_is_lost() -> None:
    """And counted."""
    with turning(*[(503, {})] * 3) as url:
        sender = RetryingClient(url, "k", RetryPolicy(retries=2), Pauses())
        with pytest.raises(RequestLost, match=r"answered 503, expected 201: .* \(tried 3 times\)"):
            sender.post("/rank", '{"actions": [{"id": "a"}]}', HTTPStatus.CREATED)
        sender.close()

    assert sender.account() == RequestStats(sent=1, retried=2, lost=1)


@pytest.mark.parametrize("status", [400, 401, 404, 200])
def test_what_is_wrong_is_not_tried_again(status: int) -> None:
    """A wrong key stays wrong, and so does a reply that is not the service's."""
    with pytest.raises(EndpointProblem, match=f"answered {status}, expected 201"):
        _posted((status, {}), GOOD)


def test_a_slow_reply_is_tried_again() -> None:
    """After the timeout."""
    pauses, _ = _posted(GOOD, STALL, patience=RetryPolicy(timeout=0.1), requests=2)

    assert pauses == [0.25]


def test_requests_keep_to_the_rate() -> None:
    """Four a second are a quarter of a second apart."""
    pauses, _ = _posted(patience=RetryPolicy(rate=4), requests=4)

    assert pauses == pytest.approx([0.25] * 3)


def test_a_lost_reward_is_counted_and_the_run_goes_on() -> None:
    """As an application would."""
    with turning(GOOD, *[(503, {})] * 1) as url:
        summary = simulate(
            find_scenario("news"), EndpointTarget(url, "k", RetryPolicy(retries=0)), RunOptions(20)
        )

    assert summary.rounds == 20
    assert summary.requests == RequestStats(sent=40, retried=0, lost=1)
    assert summary.trouble is None


def test_a_lost_rank_ends_the_run_and_keeps_what_was_measured() -> None:
    """With the reason."""
    good = [turn for _ in range(10) for turn in (GOOD, (204, {}))]
    with turning(*good, *[(503, {})]) as url:
        summary = simulate(
            find_scenario("news"), EndpointTarget(url, "k", RetryPolicy(retries=0)), RunOptions(20)
        )

    assert summary.rounds == 10
    assert summary.trouble is not None
    assert "answered 503" in summary.trouble
