"""Where one run of an experiment is put together: what every worker imports, and no more."""

from dataclasses import replace

from mock_service.clock import ManualClock
from mock_service.loop.ids import SeededIds
from mock_service.loop_assembly import new_own_state, validate_own_policy
from mock_service.python_policies.reference import has_rate, is_python_policy
from mock_service.settings import LoopSettings
from mock_service.vowpal.explorers import find_explorer
from mock_service.vowpal.presets import (
    find_epsilon,
    resolve_policy,
    with_exploration,
)
from simulator.engine.groups import PROFILE
from simulator.engine.multi_slot_run import play
from simulator.engine.run import Listeners, RunPlan
from simulator.engine.timeline import VirtualTime
from simulator.errors import OptionsInvalid
from simulator.experiment.metrics import RunMetrics, compute_metrics
from simulator.experiment.setting import LoopOptions, Run, Setting
from simulator.personalizer.in_process import BEGINNING, InProcessPersonalizer, page_settings
from simulator.users.any_environment import AnyEnvironment, open_environment
from simulator.users.cached import EnvironmentCache

_latest = EnvironmentCache()
"""The settings of one seed are run one after the other, and see the same users."""


def execute_run(task: Run) -> RunMetrics:
    """Do one run of an experiment in this process.

    Raises:
        KeyboardInterrupt: the run was cut short; its figures would not be those of the task.
    """
    scenario, choices = task.setting.scenario, task.setting.choices
    environment = _environment(task)
    settings = replace(_starting_loop(task.setting), policy_seed=task.seed)
    personalizer = InProcessPersonalizer(
        settings, reward_delay=environment.reward_delay, schedule=choices.schedule
    )
    plan = RunPlan(
        task.rounds,
        run_id=f"{scenario.name}-{task.seed}",
        keeps_contexts=task.by != PROFILE,
    )
    try:
        tally = play(
            environment, personalizer, plan=plan, listeners=Listeners(), timeline=VirtualTime()
        )
    finally:
        personalizer.close()
    if tally.rounds < task.rounds:
        raise KeyboardInterrupt
    return compute_metrics(scenario, tally, personalizer.learning(), task.by)


def _environment(task: Run) -> AnyEnvironment:
    scenario, reward = task.setting.scenario, task.setting.choices.reward
    if scenario.slots:
        return open_environment(scenario, seed=task.seed, reward=reward)
    return _latest.environment(scenario, seed=task.seed, reward=reward, rounds=task.rounds)


def _starting_loop(setting: Setting) -> LoopSettings:
    """Return the loop of a setting's runs: on a page of several slots, with a policy for those."""
    settings = loop_settings(setting.choices)
    return page_settings(settings) if setting.scenario.slots else settings


def validate_setting(setting: Setting) -> None:
    """See that runs of a setting can start.

    Raises:
        SettingsInvalid: there is no such mode, or a value is none that a loop can have.
        LearningPolicyInvalid: the learning policy is not one, or cannot be made.
    """
    settings = _starting_loop(setting)
    validate_own_policy(settings.policy)
    InProcessPersonalizer(settings).close()


def is_same_loop(one: Setting, other: Setting) -> bool:
    """Return whether two settings begin with loops that are alike in everything."""
    return _describe_loop(one) == _describe_loop(other)


def _describe_loop(setting: Setting) -> tuple[object, ...]:
    settings = _starting_loop(setting)
    state = new_own_state(settings, ManualClock(BEGINNING), SeededIds(settings.seed))
    policy = _policy_in_effect(state.policy, state.exploration)
    configuration = replace(state.configuration, exploration=0.0)
    return state.mode, state.seed, policy, configuration


def _policy_in_effect(policy: str, exploration: float) -> tuple[str, float]:
    """Return a policy with its rate, or with none where the loop's does not steer it."""
    if is_python_policy(policy):
        return policy, exploration if has_rate(policy) else 0.0
    return with_exploration(policy, exploration), 0.0


def loop_settings(choices: LoopOptions) -> LoopSettings:
    """Return the learning loop that an experiment's choices describe.

    Raises:
        SettingsInvalid: there is no such mode, or a value is none that a loop can have.
        OptionsInvalid: exploration was chosen for a policy that has no rate.
    """
    _check_rate(choices)
    return LoopSettings().with_changes(
        mode=choices.mode,
        policy=choices.policy,
        seed=choices.seed,
        exploration=_rate(choices),
        reward_wait_time=choices.reward_wait_time,
        model_export_frequency=choices.model_export_frequency,
        reward_aggregation=choices.reward_aggregation,
        default_reward=choices.default_reward,
    )


def _rate(choices: LoopOptions) -> float | None:
    """Return the rate that the loop begins with."""
    schedule = choices.schedule
    if schedule is not None:
        return schedule.start
    return choices.exploration if isinstance(choices.exploration, float | int) else None


def _check_rate(choices: LoopOptions) -> None:
    """Refuse a rate of exploration for a policy that does not explore by one."""
    if choices.exploration is None or not choices.policy:
        return
    if is_python_policy(choices.policy):
        if has_rate(choices.policy):
            return
        raise OptionsInvalid(
            f"exploration: {choices.policy} explores by itself: a policy in Python is given the "
            "rate if its constructor has an argument called exploration"
        )
    arguments = resolve_policy(choices.policy)
    explorer = find_explorer(arguments)
    if explorer.has_rate or find_epsilon(arguments) is not None:
        return
    raise OptionsInvalid(
        f"exploration: {choices.policy} has no rate of exploration: vary {explorer.parameter} in "
        "the policy instead"
    )
