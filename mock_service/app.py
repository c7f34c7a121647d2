"""The FastAPI application: routes, error handlers and the gateway around them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from mock_service.control import clock, learning, loops, snapshots
from mock_service.errors import ServiceProblem
from mock_service.hosting import Service
from mock_service.rest import status
from mock_service.rest.contract import contract_router
from mock_service.rest.gateway import Gateway
from mock_service.rest.problems import on_http_exception, on_service_problem, on_unforeseen

ROUTERS = (
    contract_router(),
    status.router,
    clock.router,
    learning.router,
    loops.router,
    snapshots.router,
)


def build_app(service: Service, *, accept_bearer: bool = False) -> FastAPI:
    """Return the application that serves `service` to those who send a key of its loops."""
    app = FastAPI(
        title="personalizer-lab",
        description="A local Personalizer.",
        redoc_url=None,
        lifespan=_alive,
        middleware=[Middleware(Gateway, service=service, accept_bearer=accept_bearer)],
        exception_handlers={
            ServiceProblem: on_service_problem,
            HTTPException: on_http_exception,
            Exception: on_unforeseen,
        },
    )
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    return app


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    """Let time pass while the server runs, and keep everything when it ends."""
    service: Service = app.state.service
    passing = asyncio.create_task(service.live())
    yield
    passing.cancel()
    with suppress(asyncio.CancelledError):
        await passing
    service.close()
