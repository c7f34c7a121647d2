"""Decisions over HTTP: those that were made, and those that are told in advance."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mock_service.control.queries import parameters_of, query_of
from mock_service.control.reach import MOST_BYTES, ControlBody, bench_of, concerned, refusing
from mock_service.control.server import ServerRoute
from mock_service.control.slices import list_reply
from mock_service.loop.script import Script
from mock_service.rest.bodies import parsed, read_body
from mock_service.rest.documentation import ERRORS, body_of
from mock_service.rest.moments import moment
from mock_service.rest.replies import empty_reply, json_reply
from mock_service.rest.routing import DirectRoute
from mock_service.traffic.record import RecordedDecision

router = APIRouter(prefix="/mock", tags=["Decisions (mock)"], route_class=DirectRoute)
scripted = APIRouter(prefix="/mock", tags=["Decisions (mock)"], route_class=ServerRoute)
"""One script is played to all loops."""


class Wanted(ControlBody):
    """Which decisions; what is left out does not matter."""

    event_id: str | None = None
    chosen: str | None = None
    last: Annotated[int, Field(ge=1)] = 1_000


class Choices(ControlBody):
    """Action ids that the next ranks which offer them choose."""

    action_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=256)]],
        Field(fail_fast=True, min_length=1),
    ]


@router.get(
    "/decisions",
    operation_id="Mock_ListDecisions",
    responses=ERRORS,
    openapi_extra=parameters_of(Wanted),
)
async def decisions(request: Request) -> Response:
    """List the decisions and what became of them, oldest first."""
    wanted = query_of(Wanted, request)
    found = [
        decision
        for decision in bench_of(request).decisions(concerned(request))
        if wanted.event_id in {None, decision.event_id} and wanted.chosen in {None, decision.chosen}
    ]
    return await list_reply("decisions", found[-wanted.last :], _said)


@scripted.get("/choices", operation_id="Mock_ListChoices", responses=ERRORS)
async def choices(request: Request) -> Response:
    """List the choices told in advance that no rank has offered yet."""
    return _unplayed(bench_of(request).script)


@scripted.post(
    "/choices",
    operation_id="Mock_AddChoices",
    status_code=HTTPStatus.CREATED,
    responses=ERRORS,
    openapi_extra=body_of(Choices),
)
async def choose(request: Request) -> Response:
    """Let the next ranks that offer these actions choose them, one rank for each."""
    script = bench_of(request).script
    choices = parsed(Choices, await read_body(request, MOST_BYTES), "BadRequest")
    with refusing():
        script.add(*choices.action_ids)
    return _unplayed(script, HTTPStatus.CREATED)


@scripted.delete("/choices", operation_id="Mock_ForgetChoices", status_code=204, responses=ERRORS)
async def forget(request: Request) -> Response:
    """Leave all choices to chance again."""
    bench_of(request).script.clear()
    return empty_reply()


def _unplayed(script: Script, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return json_reply(status, {"actionIds": script.unplayed})


def _said(decision: RecordedDecision) -> dict[str, object]:
    return {
        "eventId": decision.event_id,
        "at": moment(decision.at),
        "context": decision.context,
        "actions": decision.actions,
        "chosen": decision.chosen,
        "probability": decision.probability,
        "ranking": [{"id": id_, "probability": chance} for id_, chance in decision.ranking],
        "deferred": decision.deferred,
        "activated": decision.activated,
        "rewards": decision.rewards,
        "settled": decision.settled,
        "reward": decision.reward,
        "learned": decision.learned,
    }
