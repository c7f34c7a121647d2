"""Where one run of an experiment is put together: what every worker imports, and no more."""

from typing import TypeVar

from mock_service.loop.configuration import AGGREGATIONS, Configuration, Mode
from mock_service.settings import LoopSettings
from mock_service.vowpal.sandbox import validate_policy
from simulator.engine.run import Listeners, RunPlan, run
from simulator.engine.timeline import VirtualTime
from simulator.errors import OptionsInvalid
from simulator.experiment.metrics import RunMetrics, compute_metrics
from simulator.experiment.setting import LoopOptions, Run, Setting
from simulator.personalizer.in_process import InProcessPersonalizer
from simulator.users.cached import EnvironmentCache

_T = TypeVar("_T")
_latest = EnvironmentCache()
"""The settings of one seed are run one after the other, and see the same users."""


def execute_run(task: Run) -> RunMetrics:
    """Do one run of an experiment in this process.

    Raises:
        KeyboardInterrupt: the run was cut short; its figures would not be those of the task.
    """
    scenario, choices = task.setting.scenario, task.setting.choices
    personalizer = InProcessPersonalizer(loop_settings(choices))
    try:
        tally = run(
            _latest.environment(
                scenario, seed=task.seed, reward=choices.reward, rounds=task.rounds
            ),
            personalizer,
            plan=RunPlan(task.rounds, run_id=f"{scenario.name}-{task.seed}"),
            listeners=Listeners(),
            timeline=VirtualTime(),
        )
    finally:
        personalizer.close()
    if tally.rounds < task.rounds:
        raise KeyboardInterrupt
    return compute_metrics(scenario, tally)


def validate_setting(setting: Setting) -> None:
    """See that runs of a setting can start.

    Raises:
        OptionsInvalid: there is no such mode or aggregation.
        SettingsInvalid: a value is none that a loop can have.
        LearningPolicyInvalid: the learning policy is not one.
    """
    validate_policy(setting.choices.policy)
    InProcessPersonalizer(loop_settings(setting.choices)).close()


def loop_settings(choices: LoopOptions) -> LoopSettings:
    """Return the learning loop that an experiment's choices describe.

    Raises:
        OptionsInvalid: there is no such mode or aggregation.
        SettingsInvalid: a value is none that a loop can have.
    """
    if choices.mode not in {None, *Mode}:
        raise OptionsInvalid(f"mode: expected one of {', '.join(Mode)}, got {choices.mode!r}")
    if choices.aggregation not in {None, *AGGREGATIONS}:
        known = ", ".join(AGGREGATIONS)
        raise OptionsInvalid(f"aggregation: expected one of {known}, got {choices.aggregation!r}")
    usual = Configuration()
    configuration = Configuration(
        reward_wait_time=_or(choices.reward_wait_time, usual.reward_wait_time),
        default_reward=_or(choices.default_reward, usual.default_reward),
        reward_aggregation=_or(choices.aggregation, usual.reward_aggregation),
        exploration=_or(choices.exploration, usual.exploration),
        model_export_frequency=_or(choices.model_export_frequency, usual.model_export_frequency),
    )
    mode = Mode(choices.mode or Mode.QUICK)
    return LoopSettings(
        mode=mode,
        policy=choices.policy,
        seed=choices.loop_seed,
        configuration=configuration,
    )


def _or(chosen: _T | None, usual: _T) -> _T:
    return usual if chosen is None else chosen
