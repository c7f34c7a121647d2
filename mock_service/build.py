"""Where the host is put together: settings in, objects out."""

from fastapi import FastAPI

from mock_service.app import build_app
from mock_service.clock import Clock, SystemClock
from mock_service.learning.learner import ExportingLearner, ImmediateLearner
from mock_service.learning.policies import policy_arguments, with_exploration
from mock_service.loop.configuration import Mode
from mock_service.loop.identity import RandomIds
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.seams import Learner
from mock_service.rest.service import Service
from mock_service.settings import LoopSettings, Settings
from mock_service.traffic.traffic import Traffic


def build_server(settings: Settings) -> FastAPI:
    """Return the application that `settings` describe.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
    """
    clock = SystemClock()
    service = Service(
        loop=build_loop(settings.loop, clock),
        ids=RandomIds(),
        max_body_bytes=settings.max_body_bytes,
    )
    return build_app(service, settings.key, Traffic(clock))


def build_loop(settings: LoopSettings, clock: Clock) -> LearningLoop:
    """Return a learning loop that has seen nothing yet.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
    """
    return LearningLoop(
        learner=_learner(settings),
        clock=clock,
        configuration=settings.configuration,
        mode=settings.mode,
        seed=settings.seed,
    )


def _learner(settings: LoopSettings) -> Learner:
    arguments = with_exploration(
        policy_arguments(settings.policy_or_default), settings.configuration.exploration
    )
    if settings.mode is Mode.AZURE:
        return ExportingLearner(arguments)
    return ImmediateLearner(arguments)
