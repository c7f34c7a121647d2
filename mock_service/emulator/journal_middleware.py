"""The outermost layer: it notes every call in the journal."""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_service.emulator.interception import Interception
from mock_service.rest.paths import is_control


class JournalMiddleware:
    """An ASGI layer that listens to both sides and changes nothing."""

    def __init__(self, app: ASGIApp, interception: Interception) -> None:
        self._app = app
        self._interception = interception

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note it and its answer."""
        if scope["type"] != "http" or is_control(scope["path"]):  # no traffic of an application
            await self._app(scope, receive, send)
            return
        journal = self._interception.journal
        note = journal.begin(self._interception.clock.now(), scope)

        async def listen() -> Message:
            message = await receive()
            body = message.get("body")
            if body:
                note.add(body)
            return message

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                note.status = int(message["status"])
            await send(message)

        answered = False
        try:
            await self._app(scope, listen, tell)
            answered = True
        finally:
            if not answered and note.status is None:
                note.status = HTTPStatus.INTERNAL_SERVER_ERROR.value  # said by the server around us
            journal.end(note)
