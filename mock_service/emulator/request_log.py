"""One line for every request, for people who watch: what was asked, how it ended, how long it took.

Refusals are warnings and say why; everything else is information. Keys, features and rewards are in
no line, and a query is left out, as clients put secrets there.
"""

import logging
import re
from collections.abc import Callable
from time import perf_counter
from urllib.parse import unquote

from pydantic_core import from_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_service.emulator.operations import find_operation
from mock_service.visible import to_visible

LOGGER = "mock_service.requests"
_REFUSED = 400
_MAX_SHOWN = 300
_KEPT_BYTES = 65_536
_EVENT_IN_PATH = re.compile(r"/events/(?P<id>.+)/(?:reward|activate)$")


class RequestLog:
    """The outermost ASGI layer of a server that logs its requests."""

    def __init__(self, app: ASGIApp, timer: Callable[[], float] = perf_counter) -> None:
        self._app, self._timer = app, timer
        self._logger = logging.getLogger(LOGGER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log it when it is answered."""
        if scope["type"] != "http" or not self._logger.isEnabledFor(logging.WARNING):
            await self._app(scope, receive, send)
            return
        status, said = 0, b""
        keeps_all = self._logger.isEnabledFor(logging.INFO)

        async def listen(message: Message) -> None:
            nonlocal status, said
            if message["type"] == "http.response.start":
                status = int(message["status"])
            elif (keeps_all or status >= _REFUSED) and len(said) < _KEPT_BYTES:
                said += message.get("body", b"")
            await send(message)

        began = self._timer()
        try:
            await self._app(scope, receive, listen)
        finally:
            self._log(scope, status, said, (self._timer() - began) * 1e3)

    def _log(self, scope: Scope, status: int, said: bytes, milliseconds: float) -> None:
        level = logging.INFO if 0 < status < _REFUSED else logging.WARNING
        if not self._logger.isEnabledFor(level):
            return
        path = to_visible(scope["path"])[:_MAX_SHOWN]
        operation = find_operation(scope["method"], scope["path"])
        answer = _parse_object(said)
        fields: dict[str, object] = {
            "method": scope["method"],
            "path": path,
            "operation": operation,
            "status": status or None,
            "milliseconds": round(milliseconds, 1),
            "event_id": _find_event_id(scope["path"], answer),
            "reason": _find_reason(answer) if status >= _REFUSED else None,
        }
        told = {name: value for name, value in fields.items() if value is not None}
        self._logger.log(level, _to_line(told), extra={"request": told})


def _to_line(told: dict[str, object]) -> str:
    """Return the fields of a request as a line for people."""
    parts = [f"{told['method']} {told['path']} {told.get('status', 'no reply')}"]
    parts.append(f"{told['milliseconds']} ms")
    if "event_id" in told:
        parts.append(f"event {told['event_id']}")
    if "reason" in told:
        parts.append(str(told["reason"]))
    return ", ".join(parts)


def _find_event_id(path: str, answer: dict[str, object]) -> str | None:
    """Return the event of a request: in its path, or in the reply of a rank."""
    if (found := _EVENT_IN_PATH.search(path)) is not None:
        return to_visible(unquote(found["id"]))[:_MAX_SHOWN]
    event_id = answer.get("eventId")
    return to_visible(event_id)[:_MAX_SHOWN] if isinstance(event_id, str) else None


def _find_reason(answer: dict[str, object]) -> str | None:
    """Return the code and the message of an error in the service's shape."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return None
    return to_visible(f"{error.get('code')}: {error.get('message')}")[:_MAX_SHOWN]


def _parse_object(said: bytes) -> dict[str, object]:
    try:
        value = from_json(said)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
