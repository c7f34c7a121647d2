"""``scenarios``: list, show, check and begin scenario files."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mock_service.console import PlainConsole, WholeHelpGroup, print_json
from mock_service.visible import to_visible
from simulator.errors import HookProblem, OptionsInvalid, ScenarioInvalid
from simulator.report.scenario_terminal import show_catalogue, show_story
from simulator.scenario.catalogue import find_scenario, shipped_names
from simulator.scenario.load import load_scenario
from simulator.scenario.schema import scenario_schema
from simulator.scenario.template import TEMPLATE
from simulator.simulations import ceilings, dry_run

_RATES = (0.05, 0.1, 0.2, 0.4)
_MAX_ROUNDS = 1_000_000

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
scenarios = typer.Typer(
    cls=WholeHelpGroup,
    help="List, show, check and write scenario files.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@scenarios.command("list")
def list_scenarios(*, as_json: JsonOption = False) -> None:
    """List the scenarios that ship.

    Example: personalizer-lab scenarios list
    """
    found = [find_scenario(name) for name in shipped_names()]
    if as_json:
        print_json([{"name": story.name, "title": story.title} for story in found])
    else:
        show_catalogue(PlainConsole(), found)


@scenarios.command()
def show(
    name: Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")],
    *,
    exploration: Annotated[
        list[float] | None,
        typer.Option(min=0, max=1, help="Show what is reachable at this rate; repeatable."),
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=1, max=_MAX_ROUNDS, help="Over how many visits.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Which visits.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Show a scenario and its ceiling: what an oracle earns, and what exploring leaves of it.

    Example: personalizer-lab scenarios show coffee --exploration 0.2
    """
    story = find_scenario(name)
    found = ceilings(story, rounds=rounds, seed=seed, explorations=list(exploration or _RATES))
    if as_json:
        about = {"name": story.name, "title": story.title, "description": story.description}
        print_json({**about, "ceilings": [asdict(one) for one in found]})
    else:
        show_story(PlainConsole(), story, found)


@scenarios.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.")],
) -> None:
    """Check scenario files, and say every mistake: file, key, value and what was expected.

    Example: personalizer-lab scenarios check mine.toml
    """
    mistakes: list[str] = []
    for path in files:
        try:
            dry_run(load_scenario(path))
        except ScenarioInvalid as problem:
            mistakes += problem.mistakes
        except HookProblem as problem:
            mistakes.append(f"{path}: {problem}")
        else:
            sys.stdout.write(f"{to_visible(str(path))}: no mistakes\n")
    if mistakes:
        raise ScenarioInvalid(mistakes)


@scenarios.command()
def new(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
) -> None:
    """Write a commented scenario file to start from.

    Example: personalizer-lab scenarios new mine.toml
    """
    if file.suffix != ".toml":
        raise OptionsInvalid(f"expected a file that ends in .toml, got {file}")
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(TEMPLATE)
    except OSError as error:
        raise OptionsInvalid(f"cannot write {file}: {error.strerror}") from error
    shown = to_visible(str(file))
    sys.stdout.write(f"{shown}: written; try `personalizer-lab simulate {shown}`\n")


@scenarios.command()
def schema() -> None:
    """Print the format of scenario files as JSON Schema.

    Example: personalizer-lab scenarios schema
    """
    print_json(scenario_schema())
