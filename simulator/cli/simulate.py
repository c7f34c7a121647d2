"""``simulate``: parse, make one call, print."""

import json
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from mock_service.loop.configuration import Configuration, Mode
from mock_service.settings import DEVELOPMENT_KEY, LoopSettings
from simulator.build import RunOptions, Target
from simulator.build import simulate as simulate_scenario
from simulator.cli.progress import progress_bar
from simulator.engine.run import Listeners
from simulator.errors import OptionsInvalid
from simulator.report.terminal import show_interaction, show_summary
from simulator.scenario.catalogue import find_scenario
from simulator.vocabulary import Interaction

_DEFAULT_EXPLORATION = Configuration().exploration
_MAX_ROUNDS = 10_000_000


def simulate(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")],
    *,
    rounds: Annotated[
        int, typer.Option(min=1, max=_MAX_ROUNDS, help="How many users come.")
    ] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same run.")] = 1,
    reward: Annotated[
        str, typer.Option(help="A reward design of the scenario; default: its first.")
    ] = "",
    exploration: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of ranks that explore. [default: 0.2]")
    ] = None,
    policy: Annotated[
        str, typer.Option(help="Preset or Vowpal Wabbit arguments; default: the mode's preset.")
    ] = "",
    mode: Annotated[
        Mode | None,
        typer.Option(help="quick: learn at once. azure: wait and export. [default: quick]"),
    ] = None,
    endpoint: Annotated[
        str,
        typer.Option(envvar="PERSONALIZER_ENDPOINT", help="Rank there and not in this process."),
    ] = "",
    key: Annotated[
        str, typer.Option(envvar="PERSONALIZER_KEY", help="The endpoint's key.", show_envvar=True)
    ] = DEVELOPMENT_KEY,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print every interaction.")] = False,
) -> None:
    """Run a scenario's users against a Personalizer, and show how well it learns.

    Example: personalizer-lab simulate news --rounds 2000 --seed 1
    """
    target = _target(endpoint, key, exploration, policy, mode)
    story = find_scenario(scenario)
    talk = Console(stderr=True)
    with progress_bar(talk, hidden=quiet or verbose) as progress:
        task = progress.add_task(story.name, total=rounds)
        summary = simulate_scenario(
            story,
            target,
            RunOptions(rounds, seed, reward),
            Listeners(
                lambda done: progress.advance(task, done),
                _watcher(talk if as_json else Console()) if verbose else None,
            ),
        )
    if as_json:
        sys.stdout.write(json.dumps(summary.as_dict(), indent=2) + "\n")
    else:
        show_summary(Console(), summary)


def _target(
    endpoint: str, key: str, exploration: float | None, policy: str, mode: Mode | None
) -> LoopSettings | Target:
    """Return where to rank: an endpoint's learning is its own to choose."""
    chosen = {"--exploration": exploration, "--policy": policy or None, "--mode": mode}
    theirs = [name for name, value in chosen.items() if value is not None]
    if not endpoint:
        share = _DEFAULT_EXPLORATION if exploration is None else exploration
        return LoopSettings(
            mode or Mode.QUICK, policy, configuration=Configuration(exploration=share)
        )
    if theirs:
        raise OptionsInvalid(
            f"{theirs[0]} belongs to the server at {endpoint}: give it to "
            "`personalizer-lab serve`, or leave out --endpoint (and PERSONALIZER_ENDPOINT) to run "
            "in this process"
        )
    return Target(endpoint, key)


def _watcher(console: Console) -> Callable[[Interaction], None]:
    return lambda interaction: show_interaction(console, interaction)
