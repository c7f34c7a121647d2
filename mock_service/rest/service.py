"""How the endpoints reach what they share."""

from starlette.requests import Request
from starlette.types import Scope

from mock_service.errors import ApiError
from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.hosting.service import Service
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.keys import opens, read_key
from mock_service.settings import DEFAULT_LOOP


def get_service(request: Request) -> Service:
    """Return the service behind `request`."""
    service = request.app.state.service
    if not isinstance(service, Service):
        raise TypeError(f"the app's state holds {type(service).__name__} and not a Service")
    return service


def find_hosted(request: Request) -> HostedLoop:
    """Return the loop that `request` is meant for; ask again after waiting for anything.

    Raises:
        ApiError: it has been removed since.
    """
    return find_loop(get_service(request), request.scope)


def find_loop(service: Service, scope: Scope) -> HostedLoop:
    """Return the loop that the gateway has found for a request, as it is now.

    Raises:
        ApiError: LoopNotFound when it has been removed since the gateway found it, and
            AccessDenied when the request's key does not open what has its name now.
    """
    found: HostedLoop = scope["hosted"]
    hosted = service.loops.get(found.name)
    if hosted is found:
        return found
    if hosted is None:
        raise ApiError("LoopNotFound", f"There is no loop {found.name!r} here any more.")
    key = read_key(scope, dict(scope["headers"]))
    if opens(key, found) and not opens(key, hosted):  # a bearer token opens neither, and any
        raise ApiError("AccessDenied")
    return hosted


def get_loop(request: Request) -> LearningLoop:
    """Return the learning loop that `request` is meant for; ask again after waiting for anything.

    Raises:
        ApiError: it has been removed since.
        StorageFailed: nothing can be kept at the moment, so nothing should happen.
    """
    get_service(request).check()
    return find_hosted(request).loop


def get_loop_name(request: Request) -> str:
    """Return the name of the loop that `request` is meant for.

    Raises:
        ApiError: it has been removed since.
    """
    return find_hosted(request).name


def is_for_server(request: Request) -> bool:
    """Return whether `request` came by the default loop's endpoint, with that loop's key."""
    return bool(request.scope["loop"] == DEFAULT_LOOP)
