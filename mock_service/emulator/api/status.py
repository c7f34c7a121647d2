"""Why a loop is not learning: what it received, what it waits for, and what it learned."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_service.loop.configuration import Mode
from mock_service.loop.learning_loop import LearningLoop
from mock_service.rest.openapi import ERRORS
from mock_service.rest.responses import json_reply
from mock_service.rest.routing import DirectRoute
from mock_service.rest.service import get_loop, get_service
from mock_service.timestamps import format_timestamp

router = APIRouter(prefix="/mock", tags=["Learning (mock)"], route_class=DirectRoute)


@router.get("/learning", operation_id="Mock_GetLearning", responses=ERRORS)
async def learning(request: Request) -> Response:
    """Count decisions and rewards, and say what became of them and what comes next."""
    loop = get_loop(request)
    now = loop.settle()
    await get_service(request).wait_committed()
    return json_reply(HTTPStatus.OK, loop_status(loop, now))


def loop_status(loop: LearningLoop, now: datetime) -> dict[str, object]:
    """Return what `loop` knows about its own learning, at the timestamp `now`."""
    stats, training, state = loop.stats, loop.training_status(), loop.state
    exports = state.mode is Mode.AZURE
    return {
        "mode": state.mode.value,
        "learningMode": state.configuration.learning_mode.value,
        "policy": state.policy,
        "explorationPercentage": state.exploration,
        "rewardWaitTimeSeconds": state.configuration.reward_wait_time.total_seconds(),
        "now": format_timestamp(now),
        "decisions": stats.decisions,
        "rewards": stats.rewards,
        "activations": stats.activations,
        "waiting": loop.waiting,
        "joined": stats.rewarded,
        "defaulted": stats.defaulted,
        "droppedAsLate": stats.late,
        "droppedAsNotActivated": stats.not_activated,
        "trained": training.trained_events,
        "published": training.published_trained_events,
        "modelVersion": training.version,
        "modelAgeSeconds": (now - training.modified).total_seconds(),
        "nextExport": format_timestamp(training.next_export) if exports else None,
        "meanReward": {str(window): mean for window, mean in stats.mean_rewards().items()},
    }
