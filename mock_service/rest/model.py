"""The model: export it, import it, reset it, ask when it changed."""

import asyncio
from email.utils import format_datetime
from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import (
    ApiError,
    LearningPolicyInvalid,
    ModelInvalid,
    ModelSignatureInvalid,
    ModelZipInvalid,
)
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.openapi import query_parameter
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.responses import empty_reply, json_reply
from mock_service.rest.schemas import ModelPropertiesBody
from mock_service.rest.versions import ALL, SINCE_PREVIEW_3
from mock_service.timestamps import format_timestamp
from mock_service.vowpal.presets import with_exploration
from mock_service.vowpal.sandbox import run_aside, try_model

LARGEST_UPLOAD = 256 << 20
"""In bytes; a model of 24 bits that has used them all."""
_TRUE = frozenset({"true", "1"})
_FALSE = frozenset({"", "false", "0"})


async def get(call: OperationRequest) -> Response:
    """Return the published model, plain or signed; an untrained loop's is empty."""
    signed = _wants_signature(call)
    model, modified = call.loop.model(), call.loop.training_status().modified
    await call.service.wait_committed()
    name = "model.vw"
    if signed:
        model = await asyncio.to_thread(call.service.signers.sign, model)
        name = "model.vw.zip"
    headers = {
        "Content-Disposition": f"attachment; filename={name}; filename*=UTF-8''{name}",
        "Last-Modified": format_datetime(modified, usegmt=True),
    }
    return Response(model, HTTPStatus.OK, headers, "application/octet-stream")


async def put(call: OperationRequest) -> Response:
    """Replace the model by a signed one, once it has proved itself."""
    content = await call.body(LARGEST_UPLOAD)
    try:
        model = await asyncio.to_thread(call.service.signers.verify, content)
        await _try(call, model)
        call.loop.import_model(model)
    except ModelSignatureInvalid as error:
        raise ApiError("InvalidModelImportSignature", str(error)) from error
    except (ModelZipInvalid, ModelInvalid, LearningPolicyInvalid) as error:
        raise ApiError("InvalidModelImportFormat", str(error)) from error
    await call.service.wait_committed()
    return empty_reply()


async def delete(call: OperationRequest) -> Response:
    """Forget all that was learned."""
    call.loop.import_model(b"")
    await call.service.wait_committed()
    return empty_reply()


async def properties(call: OperationRequest) -> Response:
    """Say when the loop was made and when its model last changed."""
    call.loop.settle()
    await call.service.wait_committed()
    created, modified = call.loop.state.created, call.loop.training_status().modified
    return json_reply(
        HTTPStatus.OK,
        {"creationTime": format_timestamp(created), "lastModifiedTime": format_timestamp(modified)},
    )


async def _try(call: OperationRequest, model: bytes) -> None:
    """Try a model under the policy that it will have: another may come while it is tried."""
    tried = None
    while model and tried != (arguments := _arguments(call.loop)):
        await run_aside(try_model, arguments, model)
        tried = arguments


def _arguments(loop: LearningLoop) -> str:
    return with_exploration(loop.state.policy, loop.state.exploration)


def _wants_signature(call: OperationRequest) -> bool:
    if call.version not in SINCE_PREVIEW_3:
        return False
    sent = call.request.query_params.get("signed", "").lower()
    if sent not in _TRUE | _FALSE:
        raise ApiError("InvalidRequest", "signed should be true or false.", target="signed")
    return sent in _TRUE


_SIGNED = query_parameter("signed", {"type": "boolean", "default": False})
_BEFORE_PREVIEW_3 = tuple(version for version in ALL if version not in SINCE_PREVIEW_3)

OPERATIONS = (
    Operation("Model_Get", "GET", "/model", _BEFORE_PREVIEW_3, get, HTTPStatus.OK, reply=bytes),
    Operation(
        "Model_Get",
        "GET",
        "/model",
        SINCE_PREVIEW_3,
        get,
        HTTPStatus.OK,
        reply=bytes,
        query=(_SIGNED,),
    ),
    Operation(
        "Model_Import",
        "PUT",
        "/model",
        SINCE_PREVIEW_3,
        put,
        HTTPStatus.NO_CONTENT,
        body=bytes,
    ),
    Operation("Model_Reset", "DELETE", "/model", ALL, delete, HTTPStatus.NO_CONTENT),
    Operation(
        "Model_GetProperties",
        "GET",
        "/model/properties",
        ALL,
        properties,
        HTTPStatus.OK,
        reply=ModelPropertiesBody,
    ),
)
