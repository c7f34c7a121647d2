"""Decisions over HTTP: those that were made, and those that are told in advance."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.emulator.api.deps import (
    MAX_BYTES,
    ControlBody,
    as_bad_request,
    get_concerned_loop,
    get_emulator,
)
from mock_service.emulator.api.list_reply import list_reply
from mock_service.emulator.api.queries import openapi_parameters, parse_query
from mock_service.emulator.api.server_route import ServerRoute
from mock_service.emulator.record import RecordedDecision
from mock_service.loop.script import ChoiceScript
from mock_service.rest.openapi import ERRORS, describe_body
from mock_service.rest.requests import parse_body, read_body
from mock_service.rest.responses import empty_reply, json_reply
from mock_service.rest.routing import DirectRoute
from mock_service.timestamps import format_timestamp

router = APIRouter(prefix="/mock", tags=["Decisions (mock)"], route_class=DirectRoute)
scripted = APIRouter(prefix="/mock", tags=["Decisions (mock)"], route_class=ServerRoute)
"""One script is played to all loops."""


class DecisionQuery(ControlBody):
    """Which decisions; what is left out does not matter."""

    event_id: str | None = None
    chosen: str | None = None
    last: Annotated[int, Field(ge=1)] = 1_000


class ScriptedChoices(ControlBody):
    """Action ids that the next ranks which offer them choose."""

    action_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=256)]],
        Field(fail_fast=True, min_length=1),
    ]


@router.get(
    "/decisions",
    operation_id="Mock_ListDecisions",
    responses=ERRORS,
    openapi_extra=openapi_parameters(DecisionQuery),
)
async def decisions(request: Request) -> Response:
    """List the decisions and what became of them, oldest first."""
    wanted = parse_query(DecisionQuery, request)
    found = [
        decision
        for decision in get_emulator(request).decisions(get_concerned_loop(request))
        if wanted.event_id in {None, decision.event_id} and wanted.chosen in {None, decision.chosen}
    ]
    return await list_reply("decisions", found[-wanted.last :], _decision_to_json)


@scripted.get("/choices", operation_id="Mock_ListChoices", responses=ERRORS)
async def choices(request: Request) -> Response:
    """List the choices told in advance that no rank has offered yet."""
    return _unused_to_json(get_emulator(request).script)


@scripted.post(
    "/choices",
    operation_id="Mock_AddChoices",
    status_code=HTTPStatus.CREATED,
    responses=ERRORS,
    openapi_extra=describe_body(ScriptedChoices),
)
async def choose(request: Request) -> Response:
    """Let the next ranks that offer these actions choose them, one rank for each."""
    script = get_emulator(request).script
    choices = parse_body(ScriptedChoices, await read_body(request, MAX_BYTES), "BadRequest")
    with as_bad_request():
        script.add(*choices.action_ids)
    return _unused_to_json(script, HTTPStatus.CREATED)


@scripted.delete("/choices", operation_id="Mock_ForgetChoices", status_code=204, responses=ERRORS)
async def forget(request: Request) -> Response:
    """Leave all choices to chance again."""
    get_emulator(request).script.clear()
    return empty_reply()


def _unused_to_json(script: ChoiceScript, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return json_reply(status, {"actionIds": script.unplayed})


def _decision_to_json(decision: RecordedDecision) -> dict[str, object]:
    return {
        "eventId": decision.event_id,
        "at": format_timestamp(decision.at),
        "context": decision.context,
        "actions": decision.actions,
        "chosen": decision.chosen,
        "probability": decision.probability,
        "ranking": [
            {"id": id_, "probability": probability} for id_, probability in decision.ranking
        ],
        "deferred": decision.deferred,
        "activated": decision.activated,
        "rewards": decision.rewards,
        "settled": decision.settled,
        "reward": decision.reward,
        "learned": decision.learned,
    }
