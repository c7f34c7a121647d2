"""The FastAPI application: routes, error handlers and the gateway around them."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from mock_service.errors import ServiceProblem
from mock_service.rest import events, rank, status
from mock_service.rest.gateway import Gateway
from mock_service.rest.problems import on_http_exception, on_service_problem, on_unforeseen
from mock_service.rest.service import Service
from mock_service.traffic.disturbing import DisturbingLayer
from mock_service.traffic.noting import NotingLayer
from mock_service.traffic.traffic import Traffic

ROUTERS = (rank.router, events.router, status.router)


def build_app(service: Service, key: str, traffic: Traffic) -> FastAPI:
    """Return the application that serves `service` to those who send `key`."""
    app = FastAPI(
        title="personalizer-lab",
        description="A local Personalizer.",
        redoc_url=None,
        middleware=[
            Middleware(NotingLayer, traffic=traffic),
            Middleware(Gateway, key=key, ids=service.ids),
            Middleware(DisturbingLayer, traffic=traffic),
        ],
        exception_handlers={
            ServiceProblem: on_service_problem,
            HTTPException: on_http_exception,
            Exception: on_unforeseen,
        },
    )
    app.state.service = service
    app.state.traffic = traffic
    for router in ROUTERS:
        app.include_router(router)
    return app
