"""The learning policy: read it, replace it, reset it."""

from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import ApiError, LearningPolicyInvalid
from mock_service.loop.configuration import ProblemType
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.operations import Operation, OperationRequest
from mock_service.rest.requests import parse_body
from mock_service.rest.responses import json_reply
from mock_service.rest.schemas import PolicyBody
from mock_service.rest.versions import ALL
from mock_service.vowpal.policy_arguments import is_multi_slot
from mock_service.vowpal.presets import as_multi_slot, find_epsilon, with_exploration
from mock_service.vowpal.sandbox import validate_policy_aside
from mock_service.vowpal.workspace import float32_decimal


async def get(call: OperationRequest) -> Response:
    """Return the learning policy in effect, under the loop's own name."""
    return json_reply(HTTPStatus.OK, policy_response(call.loop))


async def update(call: OperationRequest) -> Response:
    """Replace the learning policy; its name is not kept."""
    body = parse_body(PolicyBody, await call.body(), "InvalidPolicyContract")
    await apply_policy(call, body.arguments)
    reply = {"name": call.loop.state.uid, "arguments": body.arguments}
    return json_reply(HTTPStatus.OK, reply)


async def reset(call: OperationRequest) -> Response:
    """Go back to the default learning policy of the loop's kind."""
    loop = call.loop
    arguments = adapt_policy(loop, loop.state.default_policy)
    if is_multi_slot(arguments):
        await apply_policy(call, arguments)  # as one of slots it has not been tried yet
    else:
        await _change_policy(call, arguments)
    return json_reply(HTTPStatus.OK, policy_response(call.loop))


async def apply_policy(call: OperationRequest, arguments: str) -> None:
    """Make `arguments` the loop's policy once they have proved themselves.

    Raises:
        ApiError: they are unsafe, do not work, or are of a kind the loop cannot become.
    """
    try:
        await validate_policy_aside(arguments, presets=False)
        _check_kind(call.loop, arguments)
        await _change_policy(call, arguments)
    except LearningPolicyInvalid as error:
        raise ApiError("InvalidPolicyConfiguration", str(error), target="arguments") from error


async def _change_policy(call: OperationRequest, arguments: str) -> None:
    await call.service.loops.change(
        call.hosted.name,
        lambda: call.loop,
        lambda loop: loop.change_policy_in_steps(arguments, find_epsilon(arguments)),
    )
    await call.service.wait_committed()


def adapt_policy(loop: LearningLoop, arguments: str) -> str:
    """Return a policy as a loop of this kind can use it: a multi-slot one stays that."""
    multi_slot = loop.problem_type is ProblemType.MULTI_SLOT
    return as_multi_slot(arguments) if multi_slot else arguments


def policy_response(loop: LearningLoop) -> dict[str, object]:
    """Return a loop's policy as the wire shows it.

    An epsilon other than the loop's exploration is not in effect, so the exploration stands there.
    """
    arguments, exploration = loop.state.policy, loop.state.exploration
    epsilon = find_epsilon(arguments)
    if epsilon is not None and float32_decimal(epsilon) != float32_decimal(exploration):
        arguments = with_exploration(arguments, float32_decimal(exploration))
    return {"name": loop.state.uid, "arguments": arguments}


def _check_kind(loop: LearningLoop, arguments: str) -> None:
    if not is_multi_slot(arguments):
        if loop.problem_type is ProblemType.MULTI_SLOT:
            raise LearningPolicyInvalid(
                "a multi-slot loop stays one: make another loop for single-slot ranks"
            )
    elif loop.configuration.auto_optimization:
        raise ApiError("ProblemTypeIncompatibleWithAutoOptimization")


_PATH = "/configurations/policy"

OPERATIONS = (
    Operation("Policy_Get", "GET", _PATH, ALL, get, HTTPStatus.OK, reply=PolicyBody),
    Operation("Policy_Update", "PUT", _PATH, ALL, update, HTTPStatus.OK, PolicyBody, PolicyBody),
    Operation("Policy_Reset", "DELETE", _PATH, ALL, reset, HTTPStatus.OK, reply=PolicyBody),
)
