"""Chance, for those who want the same again."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_service.control.reach import FEW_BYTES, ControlBody, bench_of
from mock_service.control.server import ServerRoute
from mock_service.rest.bodies import parsed, read_body
from mock_service.rest.documentation import ERRORS, body_of
from mock_service.rest.replies import json_reply

router = APIRouter(prefix="/mock", tags=["Seed (mock)"], route_class=ServerRoute)


class Seed(ControlBody):
    """What decides, with the event id, which action is drawn."""

    seed: str


@router.get("/seed", operation_id="Mock_GetSeed", responses=ERRORS)
async def look(request: Request) -> Response:
    """Say which seed decides."""
    return json_reply(HTTPStatus.OK, {"seed": bench_of(request).seed})


@router.put("/seed", operation_id="Mock_SetSeed", responses=ERRORS, openapi_extra=body_of(Seed))
async def reseed(request: Request) -> Response:
    """Let another seed decide what is drawn, and which event ids are made up, from now on."""
    bench = bench_of(request)
    bench.reseed(parsed(Seed, await read_body(request, FEW_BYTES), "BadRequest").seed)
    return json_reply(HTTPStatus.OK, {"seed": bench.seed})
