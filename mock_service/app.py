"""The FastAPI application: routes, error handlers and the gateway around them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from mock_service.emulator.api import (
    calls,
    clock,
    decisions,
    faults,
    loops,
    reset,
    seed,
    snapshots,
    throttling,
    training,
)
from mock_service.emulator.api import status as learning_status
from mock_service.emulator.bounded_protocol import CONNECTIONS
from mock_service.emulator.connections import Connections
from mock_service.emulator.emulator import Emulator
from mock_service.emulator.fault_middleware import FaultMiddleware
from mock_service.emulator.journal_middleware import JournalMiddleware
from mock_service.errors import ApiError
from mock_service.rest import docs, local_inference, status
from mock_service.rest.contract import OPERATIONS
from mock_service.rest.contract_router import ContractRouter
from mock_service.rest.cross_origin import OriginRules
from mock_service.rest.error_responses import on_api_error, on_http_exception, on_unexpected
from mock_service.rest.gateway import Gateway
from mock_service.rest.guard import Guard
from mock_service.rest.hosts import HostRules
from mock_service.rest.operations import add_operations

ROUTERS = (status.router, local_inference.router, docs.router)

CONTROL = (
    reset.router,
    clock.reading,
    clock.router,
    learning_status.router,
    loops.router,
    snapshots.router,
    calls.router,
    decisions.router,
    decisions.scripted,
    training.router,
    seed.router,
    faults.router,
    throttling.router,
)
"""What exists only here."""


def build_app(
    emulator: Emulator,
    *,
    control: bool,
    accept_bearer: bool = False,
    allow_hosts: Iterable[str] = (),
    allow_origins: Iterable[str] = (),
) -> FastAPI:
    """Return the application that serves the loops on `emulator` to those who send a key of them.

    Without `control` it is a plain service: nothing is noted, disturbed or steered.
    """
    hosts = HostRules(emulator.service, allow_hosts, accept_bearer=accept_bearer)
    guard = Middleware(Guard, hosts=hosts, origins=OriginRules(allow_origins))
    shortcuts = Middleware(ContractRouter, operations=OPERATIONS)
    gateway = Middleware(Gateway, service=emulator.service, accept_bearer=accept_bearer)
    app = FastAPI(
        title="personalizer-lab",
        description="A local Personalizer.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would lead from one loop's path to another's
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_lifespan,
        middleware=[
            guard,
            *(_emulator_middleware(gateway, emulator) if control else [gateway]),
            shortcuts,
        ],
        exception_handlers={
            ApiError: on_api_error,
            HTTPException: on_http_exception,
            Exception: on_unexpected,
        },
    )
    app.state.service, app.state.emulator = emulator.service, emulator
    add_operations(app.router, OPERATIONS)
    for router in ROUTERS + (CONTROL if control else ()):
        app.include_router(router)
    return app


def _emulator_middleware(gateway: Middleware, emulator: Emulator) -> list[Middleware]:
    return [
        Middleware(JournalMiddleware, interception=emulator.interception),
        gateway,
        Middleware(FaultMiddleware, interception=emulator.interception),
    ]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
    """Let time pass while the server runs, and keep everything when it ends."""
    emulator: Emulator = app.state.emulator
    service = emulator.service
    tasks = [
        asyncio.create_task(service.housekeeping.run()),
        asyncio.create_task(service.run_jobs()),
    ]
    try:
        yield {CONNECTIONS: Connections(service.limits)}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        service.close()
