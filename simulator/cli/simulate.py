"""``simulate``: parse, make one call, print."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from mock_service.cli.progress import progress_bar
from mock_service.console import EXIT_INTERRUPTED, MISTAKE, PlainConsole, print_json, print_line
from simulator.cli.options import (
    DEFAULT_KEY,
    AggregationOption,
    DefaultRewardOption,
    DelaysOption,
    EndpointChoices,
    EndpointOption,
    ExplorationOption,
    ExportOption,
    KeyOption,
    ModeOption,
    PolicyOption,
    RateOption,
    RetriesOption,
    TimeoutOption,
    WaitOption,
    choose_target,
    parse_duration_option,
    parse_exploration_option,
)
from simulator.cli.simulate_run import (
    SimulateOptions,
    announce_delays,
    run_simulation,
)
from simulator.engine.early_stop import INTERRUPTED
from simulator.engine.run import Listeners
from simulator.errors import OptionsInvalid
from simulator.experiment.setting import LoopOptions
from simulator.model import Interaction
from simulator.report.summary import Summary
from simulator.report.terminal import show_interaction, show_summary

_MAX_ROUNDS = 10_000_000
_FAILED = 1


def simulate(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")] = "",
    *,
    rounds: Annotated[
        int | None,
        typer.Option(min=1, max=_MAX_ROUNDS, help="How many users come. [default: 2000]"),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed gives the same run. [default: 1]")
    ] = None,
    reward: Annotated[
        str, typer.Option(help="A reward design of the scenario; default: its first.")
    ] = "",
    exploration: ExplorationOption = "",
    policy: PolicyOption = "",
    mode: ModeOption = None,
    wait: WaitOption = "",
    default_reward: DefaultRewardOption = None,
    aggregation: AggregationOption = "",
    export_every: ExportOption = "",
    record: Annotated[
        Path | None,
        typer.Option(help="Write every interaction, with the hidden truth, to a .jsonl or .csv."),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(help="Let the visits of a record come again, in place of a scenario's."),
    ] = None,
    endpoint: EndpointOption = "",
    key: KeyOption = DEFAULT_KEY,
    rate: RateOption = None,
    retries: RetriesOption = None,
    timeout: TimeoutOption = None,
    delays: DelaysOption = None,
    log: Annotated[
        Path | None, typer.Option(help="Write the loop's log there, as DSJSON for evaluate.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print every interaction.")] = False,
) -> None:
    """Run a scenario's users against a Personalizer, and show how well it learns.

    Example: personalizer-lab simulate news --rounds 2000 --seed 1
    """
    loop = LoopOptions(
        parse_exploration_option(exploration),
        policy,
        mode,
        parse_duration_option("--wait", wait),
        parse_duration_option("--export-every", export_every),
        aggregation or None,
        default_reward,
    )
    remote = EndpointChoices(endpoint, key, rate, retries, timeout, delays)
    target = choose_target(loop, remote.target())
    if endpoint and log is not None:
        raise OptionsInvalid(f"--log: the log is kept by the server at {endpoint}")
    run = SimulateOptions(scenario, rounds, seed, reward, record, replay, log, loop.schedule)
    talk = PlainConsole(stderr=True)
    announce_delays(talk, target, run)
    watcher = _watcher(talk if as_json else PlainConsole()) if verbose else None
    with progress_bar(talk, hidden=quiet or verbose) as progress:
        task = progress.add_task(run.title, total=run.total)
        listeners = Listeners(lambda done: progress.advance(task, done), watcher)
        summary = run_simulation(run, target, listeners)
    if as_json:
        print_json(summary.as_dict())
        for warning in summary.warnings:
            print_line(talk, f"Warning: {warning.message}")
    else:
        show_summary(PlainConsole(), summary)
    if summary.trouble:
        print_line(talk, f"ended early: {summary.trouble}")
    code = _exit_code(summary)
    if code:
        raise typer.Exit(code)


def _exit_code(summary: Summary) -> int:
    """Return how the command ends; replies that are no rankings are the endpoint's mistake."""
    if summary.trouble == INTERRUPTED:
        return EXIT_INTERRUPTED
    if summary.unusable_replies is not None:
        return MISTAKE
    return _FAILED if summary.trouble else 0


def _watcher(console: PlainConsole) -> Callable[[Interaction], None]:
    return lambda interaction: show_interaction(console, interaction)
