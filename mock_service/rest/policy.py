"""The learning policy: read it, replace it, reset it."""

from http import HTTPStatus

from starlette.responses import Response

from mock_service.errors import LearningPolicyInvalid, ServiceProblem
from mock_service.learning.policies import find_epsilon, for_slots, with_exploration
from mock_service.learning.policy_text import is_multi_slot
from mock_service.learning.trial import validate_policy_aside
from mock_service.learning.workspace import shortest
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.bodies import parsed
from mock_service.rest.operations import Call, Operation
from mock_service.rest.replies import json_reply
from mock_service.rest.versions import ALL
from mock_service.rest.wire import PolicyBody


async def get(call: Call) -> Response:
    """Return the learning policy in effect, under the loop's own name."""
    return json_reply(HTTPStatus.OK, policy_response(call.loop))


async def update(call: Call) -> Response:
    """Replace the learning policy; its name is not kept."""
    body = parsed(PolicyBody, await call.body(), "InvalidPolicyContract")
    await apply_policy(call, body.arguments)
    reply = {"name": call.loop.state.uid, "arguments": body.arguments}
    return json_reply(HTTPStatus.OK, reply)


async def reset(call: Call) -> Response:
    """Go back to the default learning policy of the loop's kind."""
    loop = call.loop
    arguments = for_kind_of(loop, loop.state.default_policy)
    if is_multi_slot(arguments):
        await apply_policy(call, arguments)  # as one of slots it has not been tried yet
    else:
        await _change_policy(call, arguments)
    return json_reply(HTTPStatus.OK, policy_response(call.loop))


async def apply_policy(call: Call, arguments: str) -> None:
    """Make `arguments` the loop's policy once they have proved themselves.

    Raises:
        ServiceProblem: they are unsafe, do not work, or are of a kind the loop cannot become.
    """
    try:
        await validate_policy_aside(arguments, presets=False)
        _check_kind(call.loop, arguments)
        await _change_policy(call, arguments)
    except LearningPolicyInvalid as error:
        raise ServiceProblem(
            "InvalidPolicyConfiguration", str(error), target="arguments"
        ) from error


async def _change_policy(call: Call, arguments: str) -> None:
    await call.service.changes.apply(
        call.hosted.name,
        lambda: call.loop,
        lambda loop: loop.change_policy_in_steps(arguments),
    )
    await call.service.committed()


def for_kind_of(loop: LearningLoop, arguments: str) -> str:
    """Return a policy as a loop of this kind can use it: a multi-slot one stays that."""
    return for_slots(arguments) if is_multi_slot(loop.state.policy) else arguments


def policy_response(loop: LearningLoop) -> dict[str, object]:
    """Return a loop's policy as the wire shows it.

    An epsilon other than the loop's exploration is not in effect, so the exploration stands there.
    """
    arguments, exploration = loop.state.policy, loop.configuration.exploration
    epsilon = find_epsilon(arguments)
    if epsilon is not None and shortest(epsilon) != shortest(exploration):
        arguments = with_exploration(arguments, shortest(exploration))
    return {"name": loop.state.uid, "arguments": arguments}


def _check_kind(loop: LearningLoop, arguments: str) -> None:
    if not is_multi_slot(arguments):
        if is_multi_slot(loop.state.policy):
            raise LearningPolicyInvalid(
                "a multi-slot loop stays one: make another loop for single-slot ranks"
            )
    elif loop.configuration.auto_optimization:
        raise ServiceProblem("ProblemTypeIncompatibleWithAutoOptimization")


_PATH = "/configurations/policy"

OPERATIONS = (
    Operation("Policy_Get", "GET", _PATH, ALL, get, HTTPStatus.OK, reply=PolicyBody),
    Operation("Policy_Update", "PUT", _PATH, ALL, update, HTTPStatus.OK, PolicyBody, PolicyBody),
    Operation("Policy_Reset", "DELETE", _PATH, ALL, reset, HTTPStatus.OK, reply=PolicyBody),
)
