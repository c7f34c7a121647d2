"""Routes about the whole server: a loop's key is not enough for them."""

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mock_service.errors import ApiError
from mock_service.rest.routing import DirectRoute
from mock_service.rest.service import is_for_server


class ServerRoute(DirectRoute):
    """A route that is there at the bare endpoint only, for those with the default loop's key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request on this route."""
        handle = super().get_route_handler()

        async def handle_for_server(request: Request) -> Response:
            if not is_for_server(request):
                raise ApiError(
                    "InvalidApiAccess",
                    "This concerns the whole server: it is at the bare endpoint, and wants the key "
                    "of the default loop.",
                )
            return await handle(request)

        return handle_for_server
