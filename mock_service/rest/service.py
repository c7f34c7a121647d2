"""What the endpoints share, and how they reach it."""

from dataclasses import dataclass

from starlette.requests import Request

from mock_service.loop.identity import IdSource
from mock_service.loop.learning_loop import LearningLoop


@dataclass(frozen=True, slots=True)
class Service:
    """A learning loop, and what it takes to serve it."""

    loop: LearningLoop
    ids: IdSource
    max_body_bytes: int


def service_of(request: Request) -> Service:
    """Return the service behind `request`."""
    service = request.app.state.service
    if not isinstance(service, Service):
        raise TypeError(f"the app's state holds {type(service).__name__} and not a Service")
    return service
