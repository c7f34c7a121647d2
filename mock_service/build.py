"""Where the host is put together: settings in, objects out."""

from datetime import datetime

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
from mock_service.loop.decision_history import DecisionHistory
from mock_service.loop.dependencies import Dependencies, Store
from mock_service.loop.early import EarlyBudget
from mock_service.loop.ids import RandomIds, new_uid
from mock_service.loop.ranking import seeded_sampler
from mock_service.loop.script import ChoiceScript
from mock_service.loop.state import LoopState
from mock_service.loop_assembly import learner_factory, new_state
from mock_service.settings import DEFAULT_LOOP, SECOND_DEVELOPMENT_KEY, Settings
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.database import open_in_folder, open_in_memory
from mock_service.storage.loop_store import LoopStore
from mock_service.storage.loops import load_clock
from mock_service.storage.memory_queue import MemoryQueue
from mock_service.vowpal.canonical_model import canonicalize
from mock_service.vowpal.presets import resolve_policy
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
