"""What an operation of the contract is, and how it becomes a route in each of its versions."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from mock_service.errors import ApiError
from mock_service.hosting.hosted_loop import HostedLoop
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.openapi import (
    describe_errors,
    describe_request,
    describe_success,
    query_parameter,
)
from mock_service.rest.paths import LOOPS_PREFIX
from mock_service.rest.requests import read_body
from mock_service.rest.routing import CallRoute
from mock_service.rest.service import find_loop, get_service
from mock_service.rest.versions import Version
from mock_service.settings import DEFAULT_LOOP

_VERSION_QUERY = b"api-version=" + Version.V2022_09_01_PREVIEW.value.encode()


class OperationRequest:
    """One request to one operation."""

    __slots__ = ("request", "service", "version")

    def __init__(self, request: Request, version: Version) -> None:
        self.request, self.version = request, version
        self.service = get_service(request)

    @property
    def hosted(self) -> HostedLoop:
        """The loop that is called, with its number; ask again after waiting for anything.

        Raises:
            ApiError: it has been removed since.
        """
        return find_loop(self.service, self.request.scope)

    @property
    def loop(self) -> LearningLoop:
        """The loop that is called; ask again after waiting for anything.

        Raises:
            ApiError: it has been removed since.
            StorageFailed: nothing can be kept at the moment, so nothing should happen.
        """
        self.service.check()
        return find_loop(self.service, self.request.scope).loop

    @property
    def prefix(self) -> str:
        """What the paths of the loop that is called begin with; nothing for the default loop."""
        name = self.hosted.name
        return "" if name == DEFAULT_LOOP else f"{LOOPS_PREFIX}{name}"

    @property
    def endpoint(self) -> str:
        """The address of the loop that is called, as its client knows it."""
        url = self.request.url
        return f"{url.scheme}://{url.netloc}{self.prefix}"

    async def body(self, limit: int = 0) -> bytes:
        """Return the request's body, of at most `limit` bytes or the service's own limit.

        Raises:
            ApiError: PayloadSizeExceeded, or the loop was removed while the body came.
        """
        body = await read_body(self.request, limit or self.service.limits.body_bytes)
        if self.service.housekeeping.settling.is_under_way:
            await self.service.housekeeping.settling.wait()
        find_loop(self.service, self.request.scope)
        return body

    def id(self, name: str) -> str:
        """Return the id called `name` in the path."""
        return str(self.request.path_params[name])


Answer = Callable[[OperationRequest], Awaitable[Response]]


Shape = type[BaseModel] | type[bytes] | Callable[[Version], type[BaseModel]] | None
"""What a body is: JSON, raw bytes, JSON of a model that depends on the version, or nothing."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract: what it takes, who answers it, and what a success holds."""

    id: str
    method: str
    path: str
    versions: tuple[Version, ...]
    answer: Answer
    success: HTTPStatus
    body: Shape = None
    reply: Shape = None
    query: tuple[dict[str, Any], ...] = ()


def add_operations(router: APIRouter, operations: Iterable[Operation]) -> None:
    """Give `router` a route for every operation in every version.

    An operation's versions come one after the other, so what is asked most often is found first.
    """
    for operation in operations:
        for version in operation.versions:
            _add_route(router, operation, version)


def _add_route(router: APIRouter, operation: Operation, version: Version) -> None:
    body, reply = _model_for(operation.body, version), _model_for(operation.reply, version)
    query = [*operation.query, *([_VERSION_PARAMETER] if version.in_query else [])]
    router.add_api_route(
        version.prefix + operation.path,
        make_handler(operation, version),
        methods=[operation.method],
        operation_id=f"{operation.id}_{version.name}",
        status_code=operation.success,
        summary=operation.id.replace("_", " "),
        description=operation.answer.__doc__,
        tags=[version.value],
        route_class_override=CallRoute,
        response_model=None,
        responses={int(operation.success): describe_success(reply), **describe_errors(version)},
        openapi_extra=describe_request(operation.path, query, body),
    )


def _model_for(shape: Shape, version: Version) -> type[BaseModel] | type[bytes] | None:
    if shape is None or isinstance(shape, type):
        return shape
    return shape(version)


def make_handler(
    operation: "Operation", version: Version
) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers requests to an operation in a version."""
    answer = operation.answer

    async def handle(request: Request) -> Response:
        return await answer(OperationRequest(request, version))

    async def handle_newest(request: Request) -> Response:
        if request.scope["query_string"] != _VERSION_QUERY:
            _check_version(request)
        return await answer(OperationRequest(request, version))

    return handle_newest if version.in_query else handle


def _check_version(request: Request) -> None:
    """Refuse a request that names no version, or one that does not exist."""
    named = request.query_params.get("api-version", "")
    if not named:
        raise ApiError("MissingApiVersionParameter")
    if named != Version.V2022_09_01_PREVIEW.value:
        raise ApiError(
            "UnsupportedApiVersionValue",
            f"Unsupported api-version '{named}'. The supported api-versions are "
            f"'{Version.V2022_09_01_PREVIEW.value}'.",
            target="api-version",
        )


_VERSION_PARAMETER = query_parameter(
    "api-version", {"type": "string", "enum": [Version.V2022_09_01_PREVIEW.value]}, required=True
)
