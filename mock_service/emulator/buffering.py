"""Requests that are read whole, so that they can be handled later, twice, or not at all."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_LENGTH = 64 * 2**20
"""How many bytes of a body are kept: more than the service accepts of any."""


@dataclass(frozen=True, slots=True)
class BufferedRequest:
    """A request with all of its body."""

    scope: Scope
    body: bytes

    async def handle(self, app: ASGIApp, send: Send) -> None:
        """Let `app` handle the request as if it had just come in."""
        scope = {**self.scope, "state": dict(self.scope.get("state", {}))}
        await app(scope, self._receive, send)

    async def _receive(self) -> Message:
        return {"type": "http.request", "body": self.body, "more_body": False}


@dataclass(slots=True)
class BufferedResponse:
    """A reply that is caught instead of sent."""

    start: Message
    body: bytes

    async def send(self, send: Send) -> None:
        """Send the reply whole."""
        await send(self.start)
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


async def buffer_request(scope: Scope, receive: Receive) -> BufferedRequest:
    """Return the request of `scope`, all of it."""
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        if size <= MAX_LENGTH:
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
    return BufferedRequest(scope, b"".join(chunks))


async def capture_response(request: BufferedRequest, app: ASGIApp) -> BufferedResponse:
    """Let `app` handle the request, and return what it would have sent."""
    reply = BufferedResponse({}, b"")

    async def catch(message: Message) -> None:
        if message["type"] == "http.response.start":
            reply.start = message
        elif message["type"] == "http.response.body":
            reply.body += message.get("body", b"")

    await request.handle(app, catch)
    return reply
