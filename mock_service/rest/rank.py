"""Rank: which action should this user see?"""

from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ApiError
from mock_service.loop.configuration import ProblemType
from mock_service.loop.decision import Decision, RankRequest
from mock_service.loop.ids import new_event_id
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.fast_rank import read_rank
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.requests import parse_body
from mock_service.rest.responses import json_reply
from mock_service.rest.schemas import RankRequestBody, RankResponseBody
from mock_service.rest.validation import rank_request
from mock_service.rest.versions import ALL
from mock_service.vowpal.policy_arguments import is_plain_epsilon_greedy
from mock_service.vowpal.workspace import float32_decimal

_MULTI_SLOT = ProblemType.MULTI_SLOT  # looked up once, as it is asked for at every rank

BILLING = {"csp-billing-usage": "CognitiveServices.Personalizer.Transaction=1"}


async def rank(call: OperationRequest) -> Response:
    """Rank the actions for the context, and say which one to show."""
    service = call.service
    request = _read(await call.body(), lambda: new_event_id(service.ids))
    loop = call.loop
    if loop.problem_type is _MULTI_SLOT:
        raise ApiError(
            "InvalidApiAccess", "This loop is for multi-slot ranks: call multislot/rank."
        )
    decision = loop.rank(request)
    answer = rank_response(decision)
    if loop.configuration.explainability and is_plain_epsilon_greedy(loop.state.policy):
        answer["inferenceExplanation"] = _explanation(loop, decision)
    await service.wait_committed()
    return json_reply(HTTPStatus.CREATED, answer, BILLING)


def _read(raw: bytes, new_id: Callable[[], str]) -> RankRequest:
    """Return what a body asks.

    Raises:
        ApiError: with what is wrong with it.
    """
    request = read_rank(raw, new_id)
    if request is not None:
        return request
    return rank_request(parse_body(RankRequestBody, raw, "InvalidRankRequest"), new_id)


def _explanation(loop: LearningLoop, decision: Decision) -> list[dict[str, object]]:
    """Say of each eligible action what its features add to its predicted reward."""
    terms = loop.explain(decision.context, decision.actions)
    return [
        {
            "id": action.id,
            "features": [{"name": name, "score": float32_decimal(score)} for name, score in scores],
        }
        for action, scores in zip(decision.actions, terms, strict=True)
    ]


def rank_response(decision: Decision) -> dict[str, object]:
    """Return a decision as the wire says it, fields in the service's order."""
    return {
        "ranking": [
            {"id": id_, "probability": probability} for id_, probability in decision.ranking
        ],
        "eventId": decision.event_id,
        "rewardActionId": decision.chosen.id,
    }


OPERATIONS = (
    Operation(
        "Rank", "POST", "/rank", ALL, rank, HTTPStatus.CREATED, RankRequestBody, RankResponseBody
    ),
)
