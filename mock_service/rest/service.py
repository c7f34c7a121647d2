"""How the endpoints reach what they share."""

from starlette.requests import Request
from starlette.types import Scope

from mock_service.errors import ServiceProblem
from mock_service.hosted import HostedLoop
from mock_service.hosting import Service
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.keys import opens, read_key
from mock_service.settings import DEFAULT_LOOP


def service_of(request: Request) -> Service:
    """Return the service behind `request`."""
    service = request.app.state.service
    if not isinstance(service, Service):
        raise TypeError(f"the app's state holds {type(service).__name__} and not a Service")
    return service


def hosted_of(request: Request) -> HostedLoop:
    """Return the loop that `request` is meant for; ask again after waiting for anything.

    Raises:
        ServiceProblem: it has been removed since.
    """
    return find_loop(service_of(request), request.scope)


def find_loop(service: Service, scope: Scope) -> HostedLoop:
    """Return the loop that the gateway has found for a request, as it is now.

    Raises:
        ServiceProblem: LoopNotFound when it has been removed since the gateway found it, and
            AccessDenied when the request's key does not open what has its name now.
    """
    found: HostedLoop = scope["hosted"]
    hosted = service.loops.get(found.name)
    if hosted is found:
        return found
    if hosted is None:
        raise ServiceProblem("LoopNotFound", f"There is no loop {found.name!r} here any more.")
    key = read_key(scope, dict(scope["headers"]))
    if opens(key, found) and not opens(key, hosted):  # a bearer token opens neither, and any
        raise ServiceProblem("AccessDenied")
    return hosted


def loop_of(request: Request) -> LearningLoop:
    """Return the learning loop that `request` is meant for; ask again after waiting for anything.

    Raises:
        ServiceProblem: it has been removed since.
        StorageFailed: nothing can be kept at the moment, so nothing should happen.
    """
    service_of(request).ledger.check()
    return hosted_of(request).loop


def loop_name_of(request: Request) -> str:
    """Return the name of the loop that `request` is meant for.

    Raises:
        ServiceProblem: it has been removed since.
    """
    return hosted_of(request).name


def is_for_server(request: Request) -> bool:
    """Return whether `request` came by the default loop's endpoint, with that loop's key."""
    return bool(request.scope["loop"] == DEFAULT_LOOP)
