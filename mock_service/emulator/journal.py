"""The journal: what was called, what was answered, and when."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from pydantic_core import from_json
from starlette.types import Scope

from mock_service.emulator.masking import mask_headers, mask_text
from mock_service.emulator.operations import find_operation
from mock_service.limits import DEFAULT_LIMITS

MAX_CALLS = 5_000
"""Beyond it, and beyond the bytes of `Limits.journal_bytes`, the oldest calls are forgotten."""
_MAX_BODY = 2**20
_CALL_BYTES = 600
_HEADER_BYTES = 150
"""What a call, and each of its headers, takes in memory besides the texts."""


class RecordedCall(NamedTuple):
    """One request and how it ended."""

    number: int
    at: datetime
    method: str
    path: str
    """The path as it was meant: percent signs decoded."""
    query: str
    raw_headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    """The body as it was sent; empty when the service did not look at it."""
    status: int | None
    """The HTTP status of the reply; None when the connection broke before there was one."""
    seconds: float | None
    """How long the answer took; None while it lasts."""

    @property
    def operation(self) -> str | None:
        """The operation of the contract in snake case; None for any other path."""
        return find_operation(self.method, self.path)

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object; raises ValueError when it is none."""
        value = from_json(self.body)
        if isinstance(value, dict):
            return value
        raise ValueError(f"the body of {self.method} {self.path} is no JSON object: {self.body!r}")

    @property
    def headers(self) -> dict[str, str]:
        """The request's headers, names in lower case."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.raw_headers}

    @property
    def parameters(self) -> dict[str, str]:
        """The query's parameters."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


class Calls(tuple[RecordedCall, ...]):
    """Calls in the order of their beginning; `where` narrows them down."""

    __slots__ = ()

    def where(
        self,
        operation: str | None = None,
        *,
        status: int | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> "Calls":
        """Return the calls that have all of these; `path` is a part of the path."""
        return Calls(
            call
            for call in self
            if (operation is None or call.operation == operation)
            and (status is None or call.status == status)
            and (method is None or call.method == method)
            and (path is None or path in call.path)
        )


class OpenCall:
    """One call while it lasts, and after."""

    __slots__ = (
        "_at",
        "_began",
        "_chunks",
        "_headers",
        "_loop",
        "_method",
        "_number",
        "_query",
        "_scope",
        "bytes",
        "path",
        "seconds",
        "status",
    )

    def __init__(self, number: int, at: datetime, scope: Scope) -> None:
        self._number = number
        self._at = at
        self._began = perf_counter()
        self._method: str = scope["method"]
        self._query: bytes = scope["query_string"]
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._scope: Scope | None = scope
        self._loop: str | None = None
        self.path: str = scope["path"]
        self._chunks: list[bytes] = []
        self.bytes = _CALL_BYTES + len(self.path) + len(self._query) + _size(self._headers)
        """What it takes in memory, about."""
        self.status: int | None = None
        self.seconds: float | None = None

    @property
    def loop(self) -> str | None:
        """The name of the loop that is called, once the gateway knows it."""
        return self._loop if self._scope is None else self._scope.get("loop")

    def disown(self) -> None:
        """Belong to no loop any more."""
        self._loop = self._scope = None

    def add(self, chunk: bytes) -> None:
        """Note a part of the body, unless that is longer than any that the service takes."""
        if self.bytes <= _MAX_BODY:
            self._chunks.append(chunk)
            self.bytes += len(chunk)

    def end(self) -> None:
        """Stop the watch."""
        self.seconds = perf_counter() - self._began
        self._loop, self._scope = self.loop, None

    def call(self) -> RecordedCall:
        """Return what is known by now, without the keys."""
        return RecordedCall(
            self._number,
            self._at,
            self._method,
            mask_text(self.path),
            mask_text(self._query.decode("latin-1")),
            mask_headers(self._headers),
            b"".join(self._chunks),
            self.status,
            self.seconds,
        )


class Journal:
    """The latest calls, within bounds of number and size."""

    def __init__(self, limit: int = DEFAULT_LIMITS.journal_bytes) -> None:
        self._limit = limit
        self._notes: OrderedDict[OpenCall, int] = OrderedDict()
        self._bytes = 0
        self._begun = 0

    def begin(self, at: datetime, scope: Scope) -> OpenCall:
        """Return a note on the call that begins now."""
        self._begun += 1
        note = OpenCall(self._begun, at, scope)
        self._keep(note)
        return note

    def end(self, note: OpenCall) -> None:
        """Close `note`, unless it is forgotten already."""
        note.end()
        if note in self._notes:
            self._keep(note)

    def calls(self, loop: str | None = None) -> Calls:
        """Return what is remembered of one loop or all, oldest first."""
        return Calls(note.call() for note in self._notes if loop is None or note.loop == loop)

    def disown(self, loop: str) -> None:
        """Keep the calls to a loop that is removed from another that is given its name."""
        for note in self._notes:
            if note.loop == loop:
                note.disown()

    def clear(self, loop: str | None = None) -> None:
        """Forget every call, or those to one loop that have ended."""
        if loop is not None:
            ended = [note for note in self._notes if note.loop == loop and note.seconds is not None]
            self._bytes -= sum(self._notes.pop(note) for note in ended)
            return
        self._notes.clear()
        self._bytes = 0
        self._begun = 0

    def _keep(self, note: OpenCall) -> None:
        """Count what `note` takes now, and forget the oldest ones beyond the bounds."""
        self._bytes += note.bytes - self._notes.get(note, 0)
        self._notes[note] = note.bytes
        while len(self._notes) > MAX_CALLS or self._bytes > self._limit:
            self._bytes -= self._notes.popitem(last=False)[1]


def _size(headers: Iterable[tuple[bytes, bytes]]) -> int:
    size = 0
    for name, value in headers:
        size += _HEADER_BYTES + len(name) + len(value)
    return size
