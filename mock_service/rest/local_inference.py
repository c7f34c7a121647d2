"""Batches of events from clients that rank by themselves, with a model they fetched from here.

The clients of Azure.AI.Personalizer post them below ``/logs/``; those of microsoft/learning-loop
believe to talk to an event hub, whose paths are not below ``/personalizer``.
"""

import asyncio
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TypeVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_service.batches.batch import EncodingUnknown
from mock_service.batches.decisions import read_interactions
from mock_service.batches.flat_table import BatchInvalid
from mock_service.batches.outcomes import read_outcomes
from mock_service.errors import ApiError
from mock_service.loop.reported import ReportedDecision, ReportedOutcome
from mock_service.rest.ids import is_printable
from mock_service.rest.openapi import describe_errors, describe_request, describe_success
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.responses import empty_reply
from mock_service.rest.routing import CallRoute
from mock_service.rest.schemas import MAX_ID_LENGTH
from mock_service.rest.versions import SINCE_PREVIEW_2, Version

_Found = TypeVar("_Found", ReportedDecision, ReportedOutcome)

router = APIRouter(tags=["Local inference"])


async def interactions(call: OperationRequest) -> Response:
    """Take what a client decided; its rewards are joined, and learned from, as those of ranks."""
    call.loop.record(await _read(call, read_interactions))
    await call.service.wait_committed()
    return empty_reply()


async def observations(call: OperationRequest) -> Response:
    """Take the rewards and activations of what a client decided."""
    call.loop.observe(await _read(call, read_outcomes))
    await call.service.wait_committed()
    return empty_reply()


async def _read(call: OperationRequest, read: Callable[[bytes], list[_Found]]) -> list[_Found]:
    """Return what a batch holds; others are answered while it is read."""
    content = await call.body()
    try:
        found = await asyncio.to_thread(read, content)
    except BatchInvalid as error:
        raise ApiError("InvalidRequest", f"{error}.") from error
    except EncodingUnknown as error:
        raise ApiError("UnsupportedEncoding", str(error)) from error
    _check_ids(one.event_id for one in found)
    return found


def _check_ids(event_ids: Iterable[str]) -> None:
    for id_ in event_ids:
        if len(id_) > MAX_ID_LENGTH or not is_printable(id_):
            raise ApiError(
                "InvalidRequest",
                f"event {id_!r:.60}: expected an id of 1 to {MAX_ID_LENGTH} characters, no control "
                "characters.",
            )


OPERATIONS = tuple(
    Operation(name, "POST", path, SINCE_PREVIEW_2, answer, HTTPStatus.NO_CONTENT, body=bytes)
    for name, path, answer in (
        ("Log_Interactions", "/logs/interactions", interactions),
        ("Log_Observations", "/logs/observations", observations),
    )
)


def _as_event_hub(operation: Operation) -> Callable[[Request], object]:
    async def handle(request: Request) -> Response:
        reply = await operation.answer(OperationRequest(request, Version.V1_1_PREVIEW_2))
        reply.status_code = HTTPStatus.CREATED  # as an event hub says that a message is in it
        return reply

    return handle


for path, operation in zip(
    ("/interaction/messages", "/observation/messages"), OPERATIONS, strict=True
):
    router.add_api_route(
        path,
        _as_event_hub(operation),
        methods=["POST"],
        operation_id=f"{operation.id}_EventHub",
        status_code=HTTPStatus.CREATED,
        responses={
            int(HTTPStatus.CREATED): describe_success(None),
            **describe_errors(Version.V1_1_PREVIEW_2),
        },
        openapi_extra=describe_request(path, [], bytes),
        summary=f"{operation.id.replace('_', ' ')}, as an event hub",
        description=operation.answer.__doc__,
        route_class_override=CallRoute,
        response_model=None,
        response_class=Response,
    )
