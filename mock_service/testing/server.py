"""A real server in a thread: its own event loop, its own port, and a way to run things in it."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

from fastapi import FastAPI

from mock_service.emulator.connection import BoundedConfig
from mock_service.emulator.listener import Listener, ListeningServer

_T = TypeVar("_T")
_PATIENCE_SECONDS = 30


class ServerThread:
    """Serves an application on loopback until it is stopped."""

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        """Listen on `port`, or on any free one when it is 0."""
        self._listener = Listener()
        self._listener.bind(("127.0.0.1", port))
        self._server = _Server(app)
        self._thread = Thread(target=self._serve, name="personalizer", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    def start(self) -> None:
        """Return once the server answers."""
        self._thread.start()
        self._server.running.result(_PATIENCE_SECONDS)

    def stop(self) -> None:
        """Return once the server has ended; connections that are open are closed."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def call(self, function: Callable[[], _T]) -> _T:
        """Run `function` between two requests, and return its result or raise its error."""

        async def call() -> _T:
            return function()

        return self.run(call())

    def run(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        """Run `coroutine` in the server's event loop, and return its result or raise its error."""
        loop = self._server.running.result()
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(_PATIENCE_SECONDS)

    def _serve(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._listener]))
        finally:
            self._server.running.cancel()  # a caller that waits for the start is told


class _Server(ListeningServer):
    """A uvicorn server that says when it runs."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            BoundedConfig(
                app,
                ws="none",
                lifespan="on",
                loop="asyncio",
                proxy_headers=False,
                server_header=False,
                log_config=None,
                log_level="warning",
            )
        )
        self.running: Future[asyncio.AbstractEventLoop] = Future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.running.set_result(asyncio.get_running_loop())
