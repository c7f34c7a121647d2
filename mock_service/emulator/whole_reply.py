"""Replies in one piece: uvicorn writes the head, then the body, and looks at each header twice."""

from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_START, _BODY = "http.response.start", "http.response.body"
_LENGTH = b"content-length"
_OF_THE_CONNECTION = frozenset({b"connection", b"transfer-encoding"})


class WholeReplyCycle(RequestResponseCycle):
    """One request and its reply; a reply that is known whole is sent whole.

    What is out of the ordinary is left to uvicorn: HEAD, streams, and connections that end.
    """

    _held: Any = None
    """The start of a reply whose body has not come yet."""

    async def send(self, message: Any) -> None:  # noqa: ANN401 (as ASGI has it)
        """Send a part of a reply; its start waits for its body."""
        if message["type"] == _START and not self.response_started:
            self._held = message
            return
        held, self._held = self._held, None
        if held is not None and not self._send_whole(held, message):
            await super().send(held)
        if not self.response_complete or held is None:
            await super().send(message)

    def _send_whole(self, start: Any, message: Any) -> bool:  # noqa: ANN401 (as ASGI has it)
        """Send a reply if it is an ordinary one, and say whether it was."""
        if (
            not self.keep_alive
            or self.disconnected
            or self.flow.write_paused
            or self.access_log
            or message["type"] != _BODY
            or message.get("more_body")
            or self.scope["method"] == "HEAD"
        ):
            return False
        body = message.get("body", b"")
        head = _to_head(start["status"], [*self.default_headers, *start["headers"]], len(body))
        if not head:
            return False
        self.waiting_for_100_continue = False
        self.response_started = self.response_complete = True
        self.transport.write(head + body)
        self.message_event.set()
        self.on_response()
        return True


def _to_head(status: int, headers: Iterable[tuple[bytes, bytes]], length: int) -> bytes:
    """Return the head of a reply, or nothing where a header is out of the ordinary."""
    parts, lines, said = [STATUS_LINE[status]], 2, -1
    for name, value in headers:
        if name == _LENGTH:
            said = int(value)
        elif name in _OF_THE_CONNECTION:
            return b""
        parts += (name, b": ", value, b"\r\n")
        lines += 1
    parts.append(b"\r\n")
    head = b"".join(parts)
    is_plain = head.count(b"\n") == head.count(b"\r") == lines  # no header holds a line of its own
    return head if is_plain and said == length else b""
