"""Where the host is put together: settings in, objects out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from fastapi import FastAPI

from mock_service.app import build_app
from mock_service.clock import Clock, ManualClock, SystemClock
from mock_service.emulator.emulator import Emulator
from mock_service.emulator.interception import Interception
from mock_service.emulator.journal import Journal
from mock_service.errors import DataUnusable, MockServiceError, SettingsInvalid
from mock_service.hosting.hosted_loop import check_loop_name
from mock_service.hosting.loop_factory import LoopFactory
from mock_service.hosting.service import Service
from mock_service.limits import DEFAULT_LIMITS, Limits
from mock_service.loop.configuration import Configuration, Mode
from mock_service.loop.decision_history import DecisionHistory
from mock_service.loop.dependencies import Dependencies, Store
from mock_service.loop.early import EarlyBudget
from mock_service.loop.ids import IdSource, RandomIds, SeededIds, new_uid
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.null_store import NullStore
from mock_service.loop.protocols import ActionSampler, Learner, LearnerFactory
from mock_service.loop.ranking import seeded_sampler
from mock_service.loop.script import ChoiceScript
from mock_service.loop.state import AUTO_OPTIMIZATION_DELAY, LoopState, Models
from mock_service.python_policies.model import PythonModel, check_python_policy
from mock_service.python_policies.reference import is_python_policy, own_rate
from mock_service.settings import DEFAULT_LOOP, SECOND_DEVELOPMENT_KEY, LoopSettings, Settings
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.database import open_in_folder, open_in_memory
from mock_service.storage.loop_store import LoopStore
from mock_service.storage.loops import load_clock
from mock_service.storage.memory_queue import MemoryQueue
from mock_service.vowpal.canonical_model import canonicalize
from mock_service.vowpal.exporting_learner import ExportingLearner
from mock_service.vowpal.feature_bound import FeatureBound
from mock_service.vowpal.learners import Model, open_model
from mock_service.vowpal.policy_arguments import is_multi_slot
from mock_service.vowpal.presets import find_epsilon, resolve_policy, with_exploration
from mock_service.vowpal.sandbox import validate_policy


def build_server(settings: Settings, emulator: Emulator | None = None) -> FastAPI:
    """Return the application that `settings` describe, around `emulator` if it is built already.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
        DataUnusable: the data folder is in use, damaged or of a later version.
        SettingsInvalid: the settings contradict what the data folder holds.
    """
    return build_app(
        emulator or build_emulator(settings),
        control=settings.has_control,
        accept_bearer=settings.accept_bearer,
        allow_hosts=settings.allow_hosts,
        allow_origins=settings.allow_origins,
    )


def build_emulator(settings: Settings) -> Emulator:
    """Return the loops that `settings` describe, with all it takes to watch and steer them.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
        DataUnusable: the data folder is in use, damaged or of a later version.
        SettingsInvalid: the settings contradict what the data folder holds.
    """
    script, history = ChoiceScript(), DecisionHistory(settings.limits.history_bytes)
    service = build_service(settings, script, history)
    journal = Journal(settings.limits.journal_bytes)
    return Emulator(service, Interception(service.clock, journal), script, history)


def build_service(
    settings: Settings, script: ChoiceScript | None = None, history: DecisionHistory | None = None
) -> Service:
    """Return the loops that `settings` describe, without a wire.

    Raises:
        LearningPolicyInvalid: the policy is no preset, is unsafe, or is refused by Vowpal Wabbit.
        DataUnusable: the data folder is in use, damaged or of a later version.
        SettingsInvalid: the settings contradict what the data folder holds.
    """
    validate_policy(settings.loop.policy)
    folder = settings.data_folder
    database = open_in_memory() if folder is None else open_in_folder(folder)
    queue = MemoryQueue(database) if folder is None else CommitQueue(database)
    try:
        return _service(settings, queue, script or ChoiceScript(), history or DecisionHistory())
    except MockServiceError:
        database.close()
        raise


def _service(
    settings: Settings, queue: CommitQueue, script: ChoiceScript, history: DecisionHistory
) -> Service:
    ids = RandomIds()
    clock = _clock(settings.manual_clock_from, load_clock(queue))
    early = EarlyBudget(settings.limits.early_bytes)

    def make_tools(state: LoopState, store: Store) -> Dependencies:
        return Dependencies(
            factory=learner_factory(state.mode, settings.limits),
            clock=clock,
            store=history.before(store, store.loop if isinstance(store, LoopStore) else 0),
            choose=script.before(seeded_sampler(state.seed)),
            canonicalizer=canonicalize,
            early=early,
        )

    factory = LoopFactory(lambda loop: new_state(loop, clock, ids), make_tools)
    service = Service(clock=clock, ids=ids, queue=queue, factory=factory, settings=settings)
    _check_wishes(settings, service.default.loop.state)
    if settings.key_is_explicit:
        service.loops.change_keys(DEFAULT_LOOP, (settings.key, _second_key(service)))
    for name in settings.extra_loops:
        check_loop_name(name)
        if name not in service.loops:
            service.loops.create(name, settings.loop, (new_uid(ids), new_uid(ids)))
    queue.flush()
    return service


def _second_key(service: Service) -> str:
    """Return the default loop's second key, or a new one: a chosen key goes with no known one."""
    kept = service.default.keys[1]
    return new_uid(service.ids) if kept == SECOND_DEVELOPMENT_KEY else kept


def _check_wishes(settings: Settings, state: LoopState) -> None:
    """Refuse to go on with a kept loop that is not what was asked for."""
    loop = settings.loop
    kept_and_wanted = {
        "mode": (state.mode.value, loop.mode.value),
        "seed": (state.seed, loop.seed),
        "policy": (state.policy, resolve_policy(loop.policy_or_default)),
        "exploration": (state.exploration, loop.configuration.exploration),
    }
    for name in settings.explicit_settings:
        kept, wanted = kept_and_wanted[name]
        if kept != wanted:
            raise SettingsInvalid(
                f"{settings.data_folder} holds a loop with --{name} {kept!r}: leave --{name} out, "
                "choose another --data-dir, or serve --in-memory"
            )


def _clock(start: datetime | None, kept: datetime | None) -> Clock:
    """Return the clock to go by; time never goes back behind what a manual clock has shown."""
    if start is not None:
        return ManualClock(start if kept is None else max(start, kept))
    clock = SystemClock()
    if kept is not None and kept > clock.now():
        raise DataUnusable(
            f"the data was written at {kept:%Y-%m-%d %H:%M:%S} of a manual clock, which is yet to "
            "come: serve it with --clock manual, or choose another --data-dir"
        )
    return clock


def build_loop(
    settings: LoopSettings,
    clock: Clock,
    *,
    store: Store | None = None,
    ids: IdSource | None = None,
    choose: ActionSampler | None = None,
) -> LearningLoop:
    """Return a learning loop that has seen nothing yet; without `choose` its seed draws.

    Its policy may be one in Python.

    Raises:
        LearningPolicyInvalid: the policy is no preset and none in Python, is unsafe, or is refused
            by Vowpal Wabbit.
    """
    state = new_own_state(settings, clock, ids or SeededIds(settings.seed))
    tools = Dependencies(
        factory=own_learner_factory(settings.mode, settings.policy_seed),
        clock=clock,
        store=store or NullStore(),
        choose=choose or seeded_sampler(settings.seed),
        canonicalizer=canonicalize,
    )
    return LearningLoop(state, tools)


def new_state(settings: LoopSettings, clock: Clock, ids: IdSource) -> LoopState:
    """Return the state of a loop that begins now.

    Raises:
        LearningPolicyInvalid: the policy is no preset and no safe text.
    """
    now = clock.now()
    configuration = settings.configuration
    policy = resolve_policy(settings.policy_or_default)
    if not settings.exploration_is_explicit:
        configuration = replace(configuration, exploration=_own_rate(settings, policy))
    if is_multi_slot(policy):
        configuration = replace(configuration, auto_optimization=False)
    return LoopState(
        uid=new_uid(ids),
        created=now,
        mode=settings.mode,
        seed=settings.seed,
        policy=policy,
        default_policy=resolve_policy(settings.mode.value),
        configuration=replace(
            configuration,
            last_edited=configuration.last_edited or now,
            auto_optimization_start=configuration.auto_optimization_start
            or now + AUTO_OPTIMIZATION_DELAY,
        ),
        exports_from=now,
    )


def new_own_state(settings: LoopSettings, clock: Clock, ids: IdSource) -> LoopState:
    """Return the state of a loop in this process, whose policy may be one in Python.

    No request can ask for that: what is named in one is never imported.

    Raises:
        LearningPolicyInvalid: the policy is no preset, no safe text and none in Python.
    """
    policy = settings.policy
    if not is_python_policy(policy):
        return new_state(settings, clock, ids)
    rate = None if settings.exploration_is_explicit else own_rate(policy)
    settings = settings.with_changes(policy="", exploration=rate)
    return replace(new_state(settings, clock, ids), policy=policy)


def validate_own_policy(policy: str) -> None:
    """Accept a policy of a loop in this process; one in Python is made, and copied, once.

    Raises:
        LearningPolicyInvalid: it is no preset, unsafe, none in Python, or does not work.
    """
    if is_python_policy(policy):
        check_python_policy(policy)
    else:
        validate_policy(policy)


def _own_rate(settings: LoopSettings, policy: str) -> float:
    """Return the rate of a loop for which none was chosen: its policy's own, or the default."""
    rate = settings.configuration.exploration
    own = find_epsilon(policy)
    return rate if own is None or rate != Configuration().exploration else own


def learner_factory(mode: Mode, limits: Limits = DEFAULT_LIMITS) -> LearnerFactory:
    """Return what makes the learners of loops in `mode`, which take what `limits` allow."""

    def make(policy: str, exploration: float, models: Models) -> Learner:
        arguments = with_exploration(policy, exploration)
        learner = _learner(mode, partial(open_model, arguments), models)
        learner.bound = FeatureBound(arguments, limits)
        return learner

    return make


def own_learner_factory(mode: Mode, policy_seed: int) -> LearnerFactory:
    """Return what makes the learners of a loop in this process: of policies in Python, too."""
    usual = learner_factory(mode)

    def make(policy: str, exploration: float, models: Models) -> Learner:
        if not is_python_policy(policy):
            return usual(policy, exploration, models)

        def open_saved(saved: bytes) -> Model:
            return PythonModel(policy, seed=policy_seed, exploration=exploration, saved=saved)

        return _learner(mode, open_saved, models)

    return make


def _learner(mode: Mode, open_saved: Callable[[bytes], Model], models: Models) -> Learner:
    if mode is Mode.AZURE:
        return ExportingLearner(open_saved, models)
    return open_saved(models.training)
