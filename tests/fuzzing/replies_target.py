"""Replies: what another Personalizer might answer to a simulation, changed in every way."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from numpy.random import Generator

from tests.fuzzing.command import run
from tests.fuzzing.mutations import mutate_bytes, mutate_json, to_json

_STATUSES = (201, 201, 201, 201, 200, 204, 301, 307, 400, 401, 404, 429, 500, 503)
_COMMANDS = (
    (
        "simulate",
        "coffee",
        "--rounds",
        "3",
        "--retries",
        "0",
        "--timeout",
        "2",
        "--json",
        "--quiet",
    ),
    ("simulate", "coffee", "--rounds", "3", "--retries", "0", "--timeout", "2", "--quiet"),
)


class RepliesTarget:
    """A server that answers almost right."""

    def __init__(self) -> None:
        self._server = _HostileServer()

    def __enter__(self) -> Self:
        """Start the server."""
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server."""
        self._server.stop()

    def attempt(self, rng: Generator) -> str:
        """Run one command against it; every reply is changed in a way of its own."""
        self._server.rng = rng
        self._server.sent.clear()
        command, *options = _COMMANDS[int(rng.integers(len(_COMMANDS)))]
        address = ["--endpoint", self._server.url, "--key", "K"]
        return run([command, *options, *address], self._server.sent)


class _HostileServer:
    """Answers ranks and rewards, seldom as it should."""

    def __init__(self) -> None:
        hostile = self
        self.rng: Generator | None = None
        self.sent: list[bytes] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.wfile.write(hostile.answer(body))
                self.close_connection = True

            do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 (names of the standard library)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def start(self) -> None:
        """Answer from now on."""
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._http.shutdown()
        self._http.server_close()

    def answer(self, body: bytes) -> bytes:
        """Return a whole reply to a request with `body`."""
        rng = self.rng
        assert rng is not None
        reply = _right_reply(body)
        kind = rng.integers(4)
        if kind == 0:
            content = mutate_bytes(json.dumps(reply).encode(), rng)
        elif kind == 1:
            content = to_json(reply)
        else:
            content = to_json(mutate_json(reply, rng))
        status = _STATUSES[int(rng.integers(len(_STATUSES)))]
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n"
        whole = f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
        if rng.random() < 0.1:
            whole = mutate_bytes(whole, rng)
        self.sent.append(whole[:400])
        return whole


def _right_reply(body: bytes) -> object:
    try:
        asked = json.loads(body)
        ids = [action["id"] for action in asked["actions"]]
    except (ValueError, KeyError, TypeError):
        return {}
    share = 1 / len(ids)
    return {
        "ranking": [{"id": id_, "probability": share} for id_ in ids],
        "eventId": asked.get("eventId", "e"),
        "rewardActionId": ids[0],
    }
