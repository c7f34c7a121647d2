"""Where the host is put together: settings in, objects out."""

from dataclasses import replace

from fastapi import FastAPI

from mock_service.app import build_app
from mock_service.clock import Clock, ManualClock, SystemClock
from mock_service.hosting import Service
from mock_service.learning.learner import ExportingLearner, ImmediateLearner
from mock_service.learning.policies import policy_arguments, with_exploration
from mock_service.loop.configuration import Mode
from mock_service.loop.forgetful import Forgetful
from mock_service.loop.identity import IdSource, RandomIds, SeededIds, new_uid
from mock_service.loop.learning_loop import LearningLoop, Store, Tools
from mock_service.loop.ranking import seeded_chooser
from mock_service.loop.script import Script
from mock_service.loop.seams import Learner, LearnerFactory
from mock_service.loop.state import AUTO_OPTIMIZATION_DELAY, LoopState, Models
from mock_service.loop.witness import Witness
from mock_service.settings import LoopSettings, Settings
from mock_service.traffic.bench import Bench
from mock_service.traffic.traffic import Traffic


def build_server(settings: Settings) -> FastAPI:
    """Return the application that `settings` describe.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
    """
    return build_app(build_bench(settings), control=settings.has_control)


def build_bench(settings: Settings) -> Bench:
    """Return the loops that `settings` describe, with all it takes to watch and steer them.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
    """
    script, witness = Script(), Witness()
    service = build_service(settings, script, witness)
    return Bench(service, Traffic(service.clock), script, witness)


def build_service(settings: Settings, script: Script, witness: Witness) -> Service:
    """Return the loops that `settings` describe, without a wire.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
    """
    ids = RandomIds()
    start = settings.manual_clock_from
    clock = SystemClock() if start is None else ManualClock(start)
    return Service(
        clock=clock,
        ids=ids,
        open_loop=lambda loop: build_loop(
            loop, clock, store=witness.before(Forgetful()), ids=ids, script=script
        ),
        settings=settings,
    )


def build_loop(
    settings: LoopSettings,
    clock: Clock,
    *,
    store: Store | None = None,
    ids: IdSource | None = None,
    script: Script | None = None,
) -> LearningLoop:
    """Return a learning loop that has seen nothing yet.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
    """
    state = new_state(settings, clock, ids or SeededIds(settings.seed))
    choose = seeded_chooser(settings.seed)
    tools = Tools(
        factory=learner_factory(settings.mode),
        clock=clock,
        store=store or Forgetful(),
        choose=choose if script is None else script.before(choose),
    )
    return LearningLoop(state, tools)


def new_state(settings: LoopSettings, clock: Clock, ids: IdSource) -> LoopState:
    """Return the state of a loop that begins now.

    Raises:
        LearningPolicyInvalid: the policy is no preset and no safe text.
    """
    now = clock.now()
    configuration = settings.configuration
    return LoopState(
        uid=new_uid(ids),
        created=now,
        mode=settings.mode,
        seed=settings.seed,
        policy=policy_arguments(settings.policy_or_default),
        default_policy=policy_arguments(settings.mode.value),
        configuration=replace(
            configuration,
            last_edited=configuration.last_edited or now,
            auto_optimization_start=configuration.auto_optimization_start
            or now + AUTO_OPTIMIZATION_DELAY,
        ),
        exports_from=now,
    )


def learner_factory(mode: Mode) -> LearnerFactory:
    """Return what makes the learners of loops in `mode`."""

    def make(policy: str, exploration: float, models: Models) -> Learner:
        arguments = with_exploration(policy, exploration)
        if mode is Mode.AZURE:
            return ExportingLearner(arguments, models)
        return ImmediateLearner(arguments, models.training)

    return make
