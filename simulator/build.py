"""Where the guest is put together: options in, a finished run out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from mock_service.loop.configuration import AGGREGATIONS, Configuration, Mode
from mock_service.settings import LoopSettings
from simulator.engine.run import Listeners, run
from simulator.engine.tally import Tally
from simulator.errors import OptionsInvalid
from simulator.experiment.figures import RunFigures, figures_of
from simulator.experiment.setting import Choices, Run, Setting
from simulator.personalizer.http import HttpPersonalizer
from simulator.personalizer.in_process import InProcessPersonalizer
from simulator.personalizer.seam import Personalizer
from simulator.report.summary import Summary, summarise
from simulator.scenario.model import Scenario
from simulator.users.crowd import Crowd

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Target:
    """A Personalizer over HTTP."""

    endpoint: str
    key: str


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What makes one run of a scenario; ``reward`` names a design, empty takes the first.

    A loop in this process writes its events down in ``log``, if there is one.
    """

    rounds: int = 2000
    seed: int = 1
    reward: str = ""
    log: Path | None = None


def simulate(
    scenario: Scenario,
    target: LoopSettings | Target,
    options: RunOptions,
    listeners: Listeners | None = None,
    timer: Callable[[], float] = perf_counter,
) -> Summary:
    """Run a scenario against a learning loop in this process, or against an endpoint.

    Raises:
        OptionsInvalid: the scenario has no such reward design, the endpoint is no address, or the
            log cannot be written.
        EndpointProblem: the endpoint is out of reach or answers with an error.
        LearningPolicyInvalid: the learning policy is not one.
    """
    crowd = Crowd(scenario, seed=options.seed, reward=options.reward)
    began = timer()
    tally = _run(scenario, crowd, target, options, listeners or Listeners())
    return summarise(
        scenario, tally, seed=options.seed, reward_design=crowd.design.name, seconds=timer() - began
    )


def measure(task: Run) -> RunFigures:
    """Do one run of an experiment in this process: what every worker does.

    Raises:
        KeyboardInterrupt: the run was cut short; its figures would not be those of the task.
    """
    setting, options = task.setting, RunOptions(task.rounds, task.seed, task.setting.choices.reward)
    crowd = Crowd(setting.scenario, seed=options.seed, reward=options.reward)
    settings = loop_settings(setting.choices)
    tally = _run(setting.scenario, crowd, settings, options, Listeners())
    if tally.rounds < task.rounds:
        raise KeyboardInterrupt
    return figures_of(setting.scenario, tally)


def check_setting(setting: Setting) -> None:
    """See that runs of a setting can start.

    Raises:
        OptionsInvalid: there is no such mode, aggregation or reward design.
        LearningPolicyInvalid: the learning policy is not one.
    """
    _personalizer(loop_settings(setting.choices)).close()


def loop_settings(choices: Choices) -> LoopSettings:
    """Return the learning loop that an experiment's choices describe.

    Raises:
        OptionsInvalid: there is no such mode or aggregation.
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
    return LoopSettings(mode, choices.policy, choices.loop_seed, configuration)


def _or(chosen: _T | None, usual: _T) -> _T:
    return usual if chosen is None else chosen


def _run(
    scenario: Scenario,
    crowd: Crowd,
    target: LoopSettings | Target,
    options: RunOptions,
    listeners: Listeners,
) -> Tally:
    personalizer = _personalizer(target, options.log)
    try:
        return run(
            crowd,
            personalizer,
            rounds=options.rounds,
            run_id=f"{scenario.name}-{options.seed}",
            listeners=listeners,
        )
    finally:
        personalizer.close()


def _personalizer(target: LoopSettings | Target, log: Path | None = None) -> Personalizer:
    if isinstance(target, Target):
        return HttpPersonalizer(target.endpoint, target.key)
    return InProcessPersonalizer(target, log)
