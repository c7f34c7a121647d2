"""Where one learning loop is put together: all that runs in this process need, and no server."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from mock_service.clock import Clock
from mock_service.limits import DEFAULT_LIMITS, Limits
from mock_service.loop.configuration import Configuration, Mode
from mock_service.loop.dependencies import Dependencies, Store
from mock_service.loop.ids import IdSource, SeededIds, new_uid
from mock_service.loop.learning_loop import LearningLoop
from mock_service.loop.null_store import NullStore
from mock_service.loop.protocols import ActionSampler, Learner, LearnerFactory
from mock_service.loop.ranking import seeded_sampler
from mock_service.loop.state import AUTO_OPTIMIZATION_DELAY, LoopState, Models
from mock_service.python_policies.model import PythonModel, check_python_policy
from mock_service.python_policies.reference import is_python_policy, own_rate
from mock_service.settings import LoopSettings
from mock_service.vowpal.canonical_model import canonicalize
from mock_service.vowpal.exporting_learner import ExportingLearner
from mock_service.vowpal.feature_bound import FeatureBound
from mock_service.vowpal.learners import Model, open_model
from mock_service.vowpal.policy_arguments import is_multi_slot
from mock_service.vowpal.presets import find_epsilon, resolve_policy, with_exploration
from mock_service.vowpal.sandbox import validate_policy


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
