"""How the endpoints reach what they share."""

from starlette.requests import Request

from mock_service.hosting import Service
from mock_service.loop.learning_loop import LearningLoop


def service_of(request: Request) -> Service:
    """Return the service behind `request`."""
    service = request.app.state.service
    if not isinstance(service, Service):
        raise TypeError(f"the app's state holds {type(service).__name__} and not a Service")
    return service


def loop_of(request: Request) -> LearningLoop:
    """Return the learning loop that `request` is meant for: the gateway has found its name.

    Raises:
        StorageFailed: nothing can be kept at the moment, so nothing should happen.
    """
    service = service_of(request)
    service.ledger.check()
    return service.loops[loop_name_of(request)].loop


def loop_name_of(request: Request) -> str:
    """Return the name of the loop that `request` is meant for."""
    name: str = request.scope["loop"]
    return name
