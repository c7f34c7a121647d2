"""Where the guest is put together: options in, a finished run out."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby, islice
from pathlib import Path
from time import perf_counter

from mock_service.loop_assembly import validate_own_policy
from mock_service.settings import LoopSettings
from simulator.engine.multi_slot_run import play
from simulator.engine.run import Listeners, RunPlan
from simulator.engine.timeline import RealTime, Timeline, VirtualTime
from simulator.errors import RecordInvalid
from simulator.personalizer.exploration_schedule import ExplorationSchedule
from simulator.personalizer.http import HttpPersonalizer
from simulator.personalizer.in_process import InProcessPersonalizer, page_settings
from simulator.personalizer.retrying_client import RetryPolicy
from simulator.report.ceiling import Ceiling, ceiling
from simulator.report.interaction_lines import InteractionLine
from simulator.report.interaction_log import read_record
from simulator.report.summary import RunInfo, Summary, summarise
from simulator.scenario.model import Scenario
from simulator.users.any_environment import AnyEnvironment, PageEnvironment, open_environment
from simulator.users.replayed import ReplayEnvironment
from simulator.users.replayed_pages import ReplayPages


@dataclass(frozen=True, slots=True)
class EndpointTarget:
    """A Personalizer over HTTP; without ``delays`` rewards are sent as soon as they are known."""

    endpoint: str
    key: str
    patience: RetryPolicy = field(default_factory=RetryPolicy)
    delays: bool = True


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What makes one run of a scenario; ``reward`` names a design, empty takes the first.

    A loop in this process writes its events down in ``log``, if there is one, and explores by
    ``schedule``, if there is one.
    """

    rounds: int = 2000
    seed: int = 1
    reward: str = ""
    log: Path | None = None
    schedule: ExplorationSchedule | None = None


def simulate(
    scenario: Scenario,
    target: LoopSettings | EndpointTarget,
    options: RunOptions,
    listeners: Listeners | None = None,
    timer: Callable[[], float] = perf_counter,
) -> Summary:
    """Run a scenario against a learning loop in this process, or against an endpoint.

    Where it has slots, the policy of a loop in this process becomes one for those, if it is none.

    Raises:
        OptionsInvalid: the scenario has no such reward design, the endpoint is no address, or the
            log cannot be written.
        EndpointProblem: the endpoint is out of reach, answers with an error or has no slots.
        LearningPolicyInvalid: the learning policy is not one.
    """
    environment = open_environment(scenario, seed=options.seed, reward=options.reward)
    return _run(environment, target, options, listeners or Listeners(), timer)


def replay(
    record: Path,
    target: LoopSettings | EndpointTarget,
    rounds: int | None = None,
    listeners: Listeners | None = None,
    choices: RunOptions | None = None,
) -> Summary:
    """Let the first `rounds` visits of a record come again, or all of them.

    Of `choices` only the log and the schedule count: the rest is in the record.

    Raises:
        OptionsInvalid: the record cannot be read, or the endpoint is no address.
        RecordInvalid: it holds something that is no interaction, or nothing.
        EndpointProblem: the endpoint is out of reach or answers with an error.
        LearningPolicyInvalid: the learning policy is not one.
    """
    lines = _first_visits(record, rounds)
    if not lines:
        raise RecordInvalid(record, 0, "expected at least one interaction")
    label = lines[0].label
    delay = label.reward_delay
    kind = ReplayEnvironment if lines[0].slot is None else ReplayPages
    try:
        environment = kind(
            label.scenario,
            [line.interaction() for line in lines],
            label.reward_design,
            None if delay is None else timedelta(seconds=delay),
        )
    except ValueError as error:
        raise RecordInvalid(record, 0, str(error)) from error
    options = replace(
        choices or RunOptions(),
        rounds=len(lines),
        seed=label.seed,
        reward=label.reward_design,
    )
    return _run(environment, target, options, listeners or Listeners(), perf_counter)


def _first_visits(record: Path, rounds: int | None) -> list[InteractionLine]:
    """Return the lines of the first visits of a record; a page has one a slot."""
    visits = groupby(read_record(record), key=lambda line: line.event_id)
    return [line for _, lines in islice(visits, rounds) for line in lines]


def _run(
    environment: AnyEnvironment,
    target: LoopSettings | EndpointTarget,
    options: RunOptions,
    listeners: Listeners,
    timer: Callable[[], float],
) -> Summary:
    if isinstance(target, LoopSettings) and isinstance(environment, PageEnvironment):
        target = page_settings(target)
    personalizer, timeline = _personalizer(target, options, environment.reward_delay)
    plan = RunPlan(options.rounds, run_id=f"{environment.info.name}-{options.seed}")
    began = timer()
    try:
        tally = play(
            environment,
            personalizer,
            plan=plan,
            listeners=listeners,
            timeline=timeline,
        )
    finally:
        personalizer.close()
    made = _describe_run(environment, options.seed, timer() - began, personalizer)
    return summarise(environment.info, tally, made)


def ceilings(
    scenario: Scenario, *, rounds: int, seed: int, explorations: list[float]
) -> list[Ceiling]:
    """Return what can be earned with each of a scenario's reward designs.

    Raises:
        HookProblem: a Python function of the scenario fails.
    """
    return [
        ceiling(scenario, reward=name, rounds=rounds, seed=seed, explorations=explorations)
        for name in scenario.rewards
    ]


def dry_run(scenario: Scenario) -> None:
    """Let the first users of a scenario come, with each reward design.

    Raises:
        HookProblem: a Python function of the scenario fails.
    """
    for name in scenario.rewards:
        next(iter(open_environment(scenario, seed=0, reward=name).blocks(1)))


def _describe_run(
    environment: AnyEnvironment,
    seed: int,
    seconds: float,
    personalizer: HttpPersonalizer | InProcessPersonalizer,
) -> RunInfo:
    """Return how a run came about, and what became of its rewards or of its requests.

    Only a loop of ours tells the one, and only an endpoint has the other.
    """
    design, delay = environment.design_name, environment.reward_delay
    info = RunInfo(seed, design, seconds, reward_delay=delay)
    if isinstance(personalizer, InProcessPersonalizer):
        return replace(info, learning=personalizer.learning())
    return replace(
        info,
        endpoint=personalizer.endpoint,
        requests=personalizer.account(),
        unusable_replies=personalizer.unusable_replies(),
    )


def _personalizer(
    target: LoopSettings | EndpointTarget, options: RunOptions, reward_delay: timedelta
) -> tuple[HttpPersonalizer | InProcessPersonalizer, Timeline]:
    """Return who ranks, and the time it lives in: a remote clock is not ours to move."""
    if isinstance(target, EndpointTarget):
        remote = HttpPersonalizer(target.endpoint, target.key, target.patience)
        return remote, RealTime(delays=target.delays)
    validate_own_policy(target.policy)
    settings = replace(target, policy_seed=options.seed)
    local = InProcessPersonalizer(settings, options.log, reward_delay, options.schedule)
    return local, VirtualTime()
