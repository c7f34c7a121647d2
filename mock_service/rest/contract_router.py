"""Straight ways to the operations of the contract, past the search through all routes.

A search that looks at every route costs more than a rank does. Whatever has no straight way here
(a wrong method, an unknown path, the documentation) goes on to the routes, which know the answer.
"""

from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_service.errors import ApiError
from mock_service.rest.error_responses import on_api_error
from mock_service.rest.operations import Operation, make_handler

Handler = Callable[[Request], Awaitable[Response]]


class ContractRouter:
    """An ASGI layer that answers what it knows by its path."""

    def __init__(self, app: ASGIApp, operations: Iterable[Operation]) -> None:
        self._app = app
        self._whole: dict[tuple[str, str], Handler] = {}
        self._around: dict[tuple[str, str], list[tuple[str, str, Handler]]] = {}
        for operation in operations:
            for version in operation.versions:
                self._add(
                    operation, version.prefix + operation.path, make_handler(operation, version)
                )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer directly, or let the routes do it."""
        handler = self._find(scope) if scope["type"] == "http" else None
        try:
            if handler is None:
                await self._app(scope, receive, send)
                return
            reply = await handler(Request(scope, receive))
        except ApiError as problem:
            reply = await on_api_error(Request(scope), problem)
        except ClientDisconnect:
            return  # the client has gone, and nothing was done
        await reply(scope, receive, send)

    def _add(self, operation: Operation, path: str, handler: Handler) -> None:
        before, brace, rest = path.partition("{")
        if not brace:
            self._whole[operation.method, path] = handler
            return
        name, _, after = rest.partition("}")
        if after:  # where an id ends the path, the routes tell it from what lies below it
            key = (operation.method, after)
            way = (before, name.removesuffix(":path"), handler)
            self._around.setdefault(key, []).append(way)

    def _find(self, scope: Scope) -> Handler | None:
        method, path = scope["method"], scope["path"]
        handler = self._whole.get((method, path))
        if handler is not None:
            return handler
        after = path[path.rfind("/") :]
        for before, name, candidate in self._around.get((method, after), ()):
            if path.startswith(before) and len(path) > len(before) + len(after):
                scope["path_params"] = {name: path[len(before) : -len(after)]}
                return candidate
        return None
