"""Replaying what compiled clients sent, connection by connection, and comparing what comes back."""

import json
import re
import socket
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPResponse
from urllib.parse import urlsplit

from tests.helpers.servers import ROOT, Endpoint, served_by_command

FOLDER = ROOT / "tests" / "clients" / "wire"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_LENGTH = re.compile(r"(?im)^content-length: *\d+")
_HOST = re.compile(r"(?im)^host:[^\r\n]*")
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a client's requests were captured: its name, and when its server's clock began."""

    name: str
    client: str
    clock_start: str
    exchanges: tuple["Exchange", ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it was sent, and the reply that the client took."""

    connection: str
    head: str
    body: bytes
    status: int
    kind: str
    reply: str

    @property
    def line(self) -> str:
        """The request's method and path."""
        return self.head.split("\r\n", 1)[0].removesuffix(" HTTP/1.1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    kind: str
    body: bytes


def recipes() -> Iterator[Recipe]:
    """Yield every client's recipe: a TOML file and its exchanges beside it."""
    for path in sorted(FOLDER.glob("*.toml")):
        said = tomllib.loads(path.read_text())
        lines = path.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
        yield Recipe(
            path.stem, said["client"], said["clock_start"], tuple(_exchange(line) for line in lines)
        )


def _exchange(line: str) -> Exchange:
    said = json.loads(line)
    return Exchange(
        said["conn"],
        said["head"],
        said["body"].encode("latin-1"),
        said["status"],
        said["kind"],
        said["reply"],
    )


def replay(recipe: Recipe, http_parser: str) -> list[tuple[Exchange, Answer]]:
    """Return what a new server answers to a client's requests, in the order of the capture."""
    clock = ("--clock", "manual", "--clock-start", recipe.clock_start)
    with served_by_command(*clock, "--http-parser", http_parser) as endpoint, ExitStack() as opened:
        course = _Course(endpoint, opened)
        return [(exchange, course.play(exchange)) for exchange in recipe.exchanges]


class _Course:
    """The connections of a replay, the ids that were given anew, and the last signed model."""

    def __init__(self, endpoint: Endpoint, opened: ExitStack) -> None:
        where = urlsplit(endpoint.url)
        self._address = (where.hostname or "", where.port or 0)
        self._opened = opened
        self._connections: dict[str, socket.socket] = {}
        self._ids: dict[str, str] = {}
        self._model = b""

    def play(self, exchange: Exchange) -> Answer:
        """Send a request; an evaluation that was complete is asked for until it is."""
        until = time.monotonic() + _PATIENCE_SECONDS
        answer = self._send(exchange)
        while _is_complete(exchange.reply) and not _is_complete(answer.body):
            assert time.monotonic() < until, f"{exchange.line} is never complete"
            time.sleep(0.1)
            answer = self._send(exchange)
        if "signed=true" in exchange.line:
            self._model = answer.body
        self._learn_id(exchange, answer)
        return answer

    def _send(self, exchange: Exchange) -> Answer:
        if exchange.connection not in self._connections:
            connection = socket.create_connection(self._address, timeout=20)
            self._connections[exchange.connection] = self._opened.enter_context(connection)
        connection = self._connections[exchange.connection]
        connection.sendall(self._request(exchange))
        response = HTTPResponse(connection, method=exchange.line.split(" ")[0])
        response.begin()
        body = response.read()
        return Answer(response.status, response.getheader("Content-Type", ""), body)

    def _request(self, exchange: Exchange) -> bytes:
        head, body = exchange.head, exchange.body
        if (
            exchange.line.startswith("PUT")
            and "/model" in exchange.line
            and exchange.status == HTTPStatus.NO_CONTENT
        ):
            body = self._model  # a model is no text, and was not kept
        for old, new in self._ids.items():
            head, body = head.replace(old, new), body.replace(old.encode(), new.encode())
        head = _HOST.sub("Host: {}:{}".format(*self._address), head)
        if "transfer-encoding: chunked" in head.lower():
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        else:
            head = _LENGTH.sub(f"Content-Length: {len(body)}", head)
        return head.encode("latin-1") + b"\r\n\r\n" + body

    def _learn_id(self, exchange: Exchange, answer: Answer) -> None:
        if exchange.line.startswith("POST") and "/evaluations" in exchange.line:
            wanted, got = as_json(exchange.reply), as_json(answer.body)
            if isinstance(wanted, dict) and isinstance(got, dict) and "id" in wanted:
                self._ids[wanted["id"]] = got.get("id", "")


def as_json(text: str | bytes) -> object:
    """Return a JSON value; None for what is none."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    return value


def _is_complete(reply: str | bytes) -> bool:
    value = as_json(reply)
    return isinstance(value, dict) and value.get("status") == "completed"


def differences(exchange: Exchange, answer: Answer) -> list[str]:
    """Return what a client would find missing or of another kind in an answer."""
    found = []
    if answer.status != exchange.status:
        found.append(f"expected {exchange.status}, got {answer.status}")
    if answer.kind.lower() != exchange.kind.lower():
        found.append(f"expected {exchange.kind!r}, got {answer.kind!r}")
    wanted, got = as_json(exchange.reply), as_json(answer.body)
    if wanted is not None:
        found += _compare(wanted, got, "reply")
        found += _echoes(exchange, got)
    return [f"{exchange.line}: {one}" for one in found]


def _compare(wanted: object, got: object, place: str) -> Iterator[str]:
    """Yield the fields that are missing, new, or of another type."""
    if _kind(wanted) != _kind(got):
        yield f"{place}: expected {_kind(wanted)}, got {_kind(got)}"
    elif isinstance(wanted, dict) and isinstance(got, dict):
        for name in wanted.keys() ^ got.keys():
            yield f"{place}.{name}: expected {'it' if name in wanted else 'no such field'}"
        for name in wanted.keys() & got.keys():
            yield from _compare(wanted[name], got[name], f"{place}.{name}")
    elif isinstance(wanted, list) and isinstance(got, list):
        if wanted and not got:
            yield f"{place}: expected some, got none"
        for one in got if wanted else ():  # like any of those that were taken then
            yield from min((list(_compare(like, one, f"{place}[]")) for like in wanted), key=len)


def _kind(value: object) -> str:
    """Return what a client takes a value for."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a moment in UTC" if _MOMENT.fullmatch(value) else "a text"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else "null"


def _echoes(exchange: Exchange, got: object) -> Iterator[str]:
    """Yield what should have come back as it was sent, or as the contract has it."""
    sent = as_json(exchange.body)
    is_rank = exchange.line.endswith("/rank") and exchange.status == HTTPStatus.CREATED
    given = sent.get("eventId") if is_rank and isinstance(sent, dict) else None
    if given is not None and isinstance(got, dict) and given != got.get("eventId"):
        yield f"expected eventId {given!r}, got {got.get('eventId')!r}"
    wanted = as_json(exchange.reply)
    if isinstance(wanted, dict) and isinstance(wanted.get("error"), dict):
        error = got.get("error") if isinstance(got, dict) else None
        code = error.get("code") if isinstance(error, dict) else None
        if code != wanted["error"].get("code"):
            yield f"expected the code {wanted['error'].get('code')!r}, got {code!r}"
