"""Loops: make more of them, list them, read and rotate their keys, remove them.

All of it wants a key of the loop ``default``.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.emulator.api.deps import get_emulator
from mock_service.emulator.api.server_route import ServerRoute
from mock_service.errors import ApiError, LearningPolicyInvalid, SettingsInvalid
from mock_service.hosting.hosted_loop import HostedLoop, check_loop_name
from mock_service.hosting.service import Service
from mock_service.loop.configuration import Mode
from mock_service.loop.ids import new_uid
from mock_service.rest.openapi import ERRORS, describe_body
from mock_service.rest.requests import parse_body, read_body
from mock_service.rest.responses import empty_reply, json_reply
from mock_service.rest.service import get_service
from mock_service.settings import DEFAULT_LOOP, LoopSettings
from mock_service.timestamps import format_timestamp
from mock_service.vowpal.sandbox import validate_policy_aside

router = APIRouter(prefix="/mock/loops", tags=["Loops (mock)"], route_class=ServerRoute)

MAX_LOOPS = 100
"""Each holds a model in memory."""
Name = Annotated[str, Path(description="The loop's name.")]


class NewLoop(BaseModel):
    """A loop to make; what is left out is as in a new server."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    mode: Annotated[Mode, Field(strict=False)] = Mode.QUICK
    policy: str = ""
    seed: str = "0"


class RotateKeyBody(BaseModel):
    """Which of the two keys is made anew; clients use the other one meanwhile."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rotate: Annotated[int, Field(ge=1, le=2)]


@router.get("", operation_id="Mock_ListLoops", responses=ERRORS)
async def list_loops(request: Request) -> Response:
    """List all loops."""
    service = get_service(request)
    return json_reply(
        HTTPStatus.OK, {"value": [_loop_to_json(loop) for loop in service.loops.values()]}
    )


@router.post(
    "",
    operation_id="Mock_CreateLoop",
    status_code=HTTPStatus.CREATED,
    responses=ERRORS,
    openapi_extra=describe_body(NewLoop),
)
async def create(request: Request) -> Response:
    """Make a loop, with two new keys."""
    service = get_service(request)
    body = parse_body(NewLoop, await read_body(request, service.limits.body_bytes), "BadRequest")
    settings = LoopSettings().with_changes(mode=body.mode, policy=body.policy, seed=body.seed)
    try:
        check_loop_name(body.name)
        await validate_policy_aside(body.policy)
        _check_room(service, body.name)
        hosted = service.loops.create(body.name, settings, (_new_key(service), _new_key(service)))
    except SettingsInvalid as error:
        raise ApiError("BadRequest", str(error), target="name") from error
    except LearningPolicyInvalid as error:
        raise ApiError("InvalidPolicyConfiguration", str(error), target="policy") from error
    await service.wait_committed()
    return json_reply(HTTPStatus.CREATED, _loop_to_json(hosted) | _keys(hosted))


@router.get("/{name}", operation_id="Mock_GetLoop", responses=ERRORS)
async def look(request: Request, name: Name) -> Response:
    """Describe one loop."""
    return json_reply(HTTPStatus.OK, _loop_to_json(_find_loop(get_service(request), name)))


@router.delete(
    "/{name}",
    operation_id="Mock_DeleteLoop",
    status_code=HTTPStatus.NO_CONTENT,
    responses=ERRORS,
)
async def remove(request: Request, name: Name) -> Response:
    """End a loop and forget all about it."""
    service = get_service(request)
    _find_loop(service, name)
    if name == DEFAULT_LOOP:
        raise ApiError("BadRequest", "The default loop stays as long as the server.")
    get_emulator(request).remove_loop(name)
    await service.wait_committed()
    return empty_reply()


@router.get("/{name}/keys", operation_id="Mock_GetLoopKeys", responses=ERRORS)
async def keys(request: Request, name: Name) -> Response:
    """Return both keys of a loop."""
    return json_reply(HTTPStatus.OK, _keys(_find_loop(get_service(request), name)))


@router.post(
    "/{name}/keys",
    operation_id="Mock_RotateLoopKey",
    responses=ERRORS,
    openapi_extra=describe_body(RotateKeyBody),
)
async def rotate(request: Request, name: Name) -> Response:
    """Make one key of a loop anew; the other goes on as it is."""
    service = get_service(request)
    body = parse_body(
        RotateKeyBody, await read_body(request, service.limits.body_bytes), "BadRequest"
    )
    first, second = _find_loop(service, name).keys
    fresh = _new_key(service)
    service.loops.change_keys(name, (fresh, second) if body.rotate == 1 else (first, fresh))
    await service.wait_committed()
    return json_reply(HTTPStatus.OK, _keys(_find_loop(service, name)))


def _check_room(service: Service, name: str) -> None:
    if name in service.loops:
        raise ApiError("LoopAlreadyExists", target="name")
    if len(service.loops) >= MAX_LOOPS:
        raise ApiError("BadRequest", f"A server holds at most {MAX_LOOPS} loops.")


def _find_loop(service: Service, name: str) -> HostedLoop:
    if name not in service.loops:
        raise ApiError("ResourceNotFound", f"There is no loop {name!r} here.", target="name")
    return service.loops[name]


def _new_key(service: Service) -> str:
    return new_uid(service.ids)


def _loop_to_json(hosted: HostedLoop) -> dict[str, object]:
    state = hosted.loop.state
    return {
        "name": hosted.name,
        "endpoint": "/" if hosted.name == DEFAULT_LOOP else f"/loops/{hosted.name}",
        "mode": state.mode.value,
        "policy": state.policy,
        "created": format_timestamp(state.created),
    }


def _keys(hosted: HostedLoop) -> dict[str, object]:
    return {"key1": hosted.keys[0], "key2": hosted.keys[1]}
