"""An endpoint that misbehaves is named, with what it said."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from simulator.errors import EndpointProblem, OptionsInvalid
from simulator.personalizer.http import HttpPersonalizer
from simulator.scenario.catalogue import find_scenario
from simulator.users.environment import ScenarioEnvironment
from tests.helpers.servers import served

VISIT = next(ScenarioEnvironment(find_scenario("news"), seed=1).blocks(1)).visits[0]


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """Serve one and the same reply to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _rank(endpoint: str, key: str = "k") -> None:
    personalizer = HttpPersonalizer(endpoint, key)
    try:
        personalizer.rank(VISIT, "event")
    finally:
        personalizer.close()


def test_a_wrong_key_is_told_in_the_services_own_words() -> None:
    """The reply's status and text are in the message."""
    with served() as endpoint, pytest.raises(EndpointProblem, match=r"answered 401.*subscription"):
        _rank(endpoint.url, "wrong")


def test_nobody_at_the_address() -> None:
    """The message says what to start."""
    with pytest.raises(EndpointProblem, match="is `personalizer-lab serve` running there"):
        _rank("http://127.0.0.1:9")


@pytest.mark.parametrize(
    "body",
    [
        b"hello",
        b"[]",
        b"{}",
        b'{"ranking": [], "rewardActionId": "somebody-else"}',
        b'{"ranking": [{"id": "article-tech-ai"}], "rewardActionId": "article-tech-ai"}',
    ],
)
def test_a_reply_that_is_no_ranking_is_shown(body: bytes) -> None:
    """What is not a Personalizer is recognised."""
    with answering(201, body) as url, pytest.raises(EndpointProblem, match="no ranking"):
        _rank(url)


def test_an_address_without_a_scheme_is_refused() -> None:
    """The message shows what an address looks like."""
    with pytest.raises(OptionsInvalid, match="expected an address like"):
        HttpPersonalizer("localhost:5000", "k")
