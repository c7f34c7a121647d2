"""Routes whose endpoints read their own request and write their own reply."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response


class DirectRoute(APIRoute):
    """A documented route that calls its endpoint with the request and the path's parameters.

    FastAPI's own handling of parameters and replies is skipped: the contract wants errors in the
    service's words and replies in its byte form, and a rank should not pay for work it redoes.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request on this route."""
        endpoint = self.endpoint

        async def handle(request: Request) -> Response:
            reply: Response = await endpoint(request, **request.path_params)
            return reply

        return handle


class CallRoute(APIRoute):
    """A documented route that hands the request to its endpoint and does nothing else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request on this route."""
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler
