"""What users call from Python: the same as the commands, with results that show themselves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypedDict, Unpack

from mock_service.cli.progress import progress_bar
from mock_service.console import PlainConsole
from mock_service.python_policies.object_text import PolicyChoice, is_in_script, policy_text
from mock_service.python_policies.reference import short_name
from mock_service.settings import DEVELOPMENT_KEY
from simulator import simulations, worker
from simulator.comparisons import (
    Advising,
    ExecutionOptions,
    ProgressCallbacks,
    run_comparison,
)
from simulator.engine.run import Listeners
from simulator.errors import OptionsInvalid
from simulator.experiment.choices import parse_choice
from simulator.experiment.plan import Level, level_text
from simulator.experiment.request import make_request, to_plan
from simulator.experiment.setting import LoopOptions
from simulator.personalizer.exploration_schedule import ExplorationSchedule, parse_exploration
from simulator.report.notebook import Comparison, Simulation
from simulator.scenario.catalogue import find_scenario
from simulator.scenario.fields import parse_positive_duration

Duration = str | timedelta


class LoopChoices(TypedDict, total=False):
    """What may be chosen about a loop in this process; the rest stays at the loop's default.

    ``exploration`` is a share or a schedule like ``"0.4->0.05@1000"``. ``policy`` is a preset,
    Vowpal Wabbit arguments, or the class of a policy of your own. ``wait`` and ``export_every`` are
    durations like ``"10m"``.
    """

    exploration: float | str
    policy: PolicyChoice
    mode: str
    wait: Duration
    export_every: Duration
    aggregation: str
    default_reward: float


def simulate(
    scenario: str,
    *,
    rounds: int = 2000,
    seed: int = 1,
    reward: str = "",
    log: Path | str | None = None,
    endpoint: str = "",
    key: str = DEVELOPMENT_KEY,
    delays: bool = True,
    progress: bool = False,
    **loop: Unpack[LoopChoices],
) -> Simulation:
    """Run a scenario's users against a local Personalizer in this process, or at an `endpoint`.

    `scenario` is a name or a path, `reward` one of its designs. `log` is where a loop in this
    process writes its events. Late rewards are sent to an endpoint after their real delay, or at
    once without `delays`. With `progress` a bar shows how far it is.

    Raises:
        SimulatorError: there is no such scenario or design, something chosen is not possible, or
            the endpoint is out of reach or answers with an error.
        SettingsInvalid: a value is none that a loop can have.
        LearningPolicyInvalid: the learning policy is not one.
    """
    story, options = find_scenario(scenario), _loop_options(loop)
    if endpoint and (loop or log is not None):
        chosen = next(iter(loop), "log")
        raise OptionsInvalid(f"{chosen} belongs to the server at {endpoint}")
    target = (
        simulations.EndpointTarget(endpoint, key, delays=delays)
        if endpoint
        else worker.loop_settings(options)
    )
    path = None if log is None else Path(log)
    plan = simulations.RunOptions(rounds, seed, reward, path, options.schedule)
    with _bar(story.name, rounds, shown=progress) as advance:
        return Simulation(simulations.simulate(story, target, plan, Listeners(advance)))


def compare(
    scenario: str,
    vary: Mapping[str, Sequence[Level | PolicyChoice]] | None = None,
    *,
    seeds: int | None = None,
    rounds: int = 5000,
    baseline: Mapping[str, Level | PolicyChoice] | None = None,
    objective: str = "value",
    until_decided: bool = False,
    max_seeds: int | None = None,
    worth: float | None = None,
    by: str = "profile",
    guards: Sequence[str] = (),
    advise: str = "",
    budget: float | None = None,
    workers: int = 1,
    cluster: str = "",
    out: Path | str | None = None,
    resume: bool = False,
    progress: bool = False,
) -> Comparison:
    """Compare settings of a scenario on the same seeds, 20 if nothing else is said.

    The choices are those of ``personalizer-lab compare``; a factor of `vary` with one level sets it
    for all. A level of ``policy`` may be the class of a policy of your own. With `progress` a bar
    shows how far it is.

    Raises:
        SimulatorError: there is no such scenario, something chosen is not possible, a Python hook
            fails, or workers died again and again.
        SettingsInvalid: a value is none that a loop can have.
        LearningPolicyInvalid: a learning policy is not one.
    """
    elsewhere = workers != 1 or bool(cluster)
    request = make_request(
        scenario=scenario,
        vary={
            name: [_level_text(one, elsewhere=elsewhere) for one in levels]
            for name, levels in (vary or {}).items()
        },
        baseline={
            name: _level_text(level, elsewhere=elsewhere)
            for name, level in (baseline or {}).items()
        },
        objective=objective,
        seeds=seeds,
        rounds=rounds,
        until_decided=until_decided or None,
        max_seeds=max_seeds,
        worth=worth,
        by=by,
        guards=list(guards),
        budget=budget,
    )
    plan = to_plan(request, advise)
    folder = None if out is None else Path(out)
    conditions = ExecutionOptions(workers, cluster, folder, resume)
    with progress_bar(PlainConsole(stderr=True), hidden=not progress) as bar:
        task = bar.add_task(plan.scenario.name, total=None)
        audience = ProgressCallbacks(
            lambda total, there: bar.reset(task, total=total, completed=there),
            lambda: bar.advance(task),
        )
        return run_comparison(plan, conditions, audience, Advising(bool(advise), budget))


def _level_text(level: Level | PolicyChoice, *, elsewhere: bool) -> str:
    """Return a level as it would be written on the command line; `elsewhere` are workers."""
    if isinstance(level, str | bool | int | float):
        return level_text(level)
    text = policy_text(level)
    if elsewhere and is_in_script(text):
        raise OptionsInvalid(
            f"policy: {short_name(text)} is part of the script that runs, which workers do not "
            "have: put it in a file of its own and import it, or take workers=1"
        )
    return text


def _loop_options(chosen: LoopChoices) -> LoopOptions:
    return LoopOptions(
        _exploration(chosen.get("exploration")),
        policy_text(chosen.get("policy", "")),
        chosen.get("mode"),
        _duration("wait", chosen.get("wait")),
        _duration("export_every", chosen.get("export_every")),
        chosen.get("aggregation"),
        chosen.get("default_reward"),
    )


def _exploration(chosen: float | str | None) -> float | ExplorationSchedule | None:
    if not isinstance(chosen, str):
        return chosen
    return parse_choice("exploration", parse_exploration, chosen)


def _duration(name: str, chosen: Duration | None) -> timedelta | None:
    return (
        parse_choice(name, parse_positive_duration, chosen) if isinstance(chosen, str) else chosen
    )


@contextmanager
def _bar(title: str, total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Yield who hears how many more visits are done."""
    with progress_bar(PlainConsole(stderr=True), hidden=not shown) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)
