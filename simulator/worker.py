"""Where one run of an experiment is put together: what every worker imports, and no more."""

from mock_service.settings import LoopSettings
from mock_service.vowpal.sandbox import validate_policy
from simulator.engine.run import Listeners, RunPlan, run
from simulator.engine.timeline import VirtualTime
from simulator.experiment.metrics import RunMetrics, compute_metrics
from simulator.experiment.setting import LoopOptions, Run, Setting
from simulator.personalizer.in_process import InProcessPersonalizer
from simulator.users.cached import EnvironmentCache

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
        SettingsInvalid: there is no such mode, or a value is none that a loop can have.
        LearningPolicyInvalid: the learning policy is not one.
    """
    validate_policy(setting.choices.policy)
    InProcessPersonalizer(loop_settings(setting.choices)).close()


def loop_settings(choices: LoopOptions) -> LoopSettings:
    """Return the learning loop that an experiment's choices describe.

    Raises:
        SettingsInvalid: there is no such mode, or a value is none that a loop can have.
    """
    return LoopSettings().with_changes(
        mode=choices.mode,
        policy=choices.policy,
        seed=choices.seed,
        exploration=choices.exploration,
        reward_wait_time=choices.reward_wait_time,
        model_export_frequency=choices.model_export_frequency,
        reward_aggregation=choices.reward_aggregation,
        default_reward=choices.default_reward,
    )
