"""Chance, for those who want the same again."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_service.emulator.api.deps import FEW_BYTES, ControlBody, get_emulator
from mock_service.emulator.api.server_route import ServerRoute
from mock_service.rest.openapi import ERRORS, describe_body
from mock_service.rest.requests import parse_body, read_body
from mock_service.rest.responses import json_reply

router = APIRouter(prefix="/mock", tags=["Seed (mock)"], route_class=ServerRoute)


class Seed(ControlBody):
    """What decides, with the event id, which action is drawn."""

    seed: str


@router.get("/seed", operation_id="Mock_GetSeed", responses=ERRORS)
async def look(request: Request) -> Response:
    """Say which seed decides."""
    return json_reply(HTTPStatus.OK, {"seed": get_emulator(request).seed})


@router.put(
    "/seed", operation_id="Mock_SetSeed", responses=ERRORS, openapi_extra=describe_body(Seed)
)
async def reseed(request: Request) -> Response:
    """Let another seed decide what is drawn, and which event ids are made up, from now on."""
    emulator = get_emulator(request)
    emulator.reseed(parse_body(Seed, await read_body(request, FEW_BYTES), "BadRequest").seed)
    return json_reply(HTTPStatus.OK, {"seed": emulator.seed})
