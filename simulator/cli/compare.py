"""``compare``: parse, make one call, print."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import lazy_loader
import typer
from rich.console import Console

from mock_service.cli.progress import progress_bar
from mock_service.console import PlainConsole, print_json, print_line

if TYPE_CHECKING:
    from simulator import api
    from simulator.experiment import processes, request
    from simulator.experiment.plan import Plan
    from simulator.report import comparison_terminal
    from simulator.report.notebook import Comparison
else:  # what compare needs takes a second to import, which no other command should wait for
    _lazily = {"suppress_warning": True}
    api = lazy_loader.load("simulator.api", **_lazily)
    processes = lazy_loader.load("simulator.experiment.processes", **_lazily)
    request = lazy_loader.load("simulator.experiment.request", **_lazily)
    comparison_terminal = lazy_loader.load("simulator.report.comparison_terminal", **_lazily)

_WORTH_A_PROBE = 300_000
"""Visits in all from which on a person is told beforehand what it will take."""
_MINUTE, _HOUR = 60, 3600


def compare(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")] = "",
    *,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="FACTOR=LEVEL,...", help="What to vary; every combination is run."),
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option(metavar="FACTOR=LEVEL", help="What to compare to. [default: first levels]"),
    ] = None,
    objective: Annotated[
        str | None, typer.Option(help="value, late-value or reward. [default: value]")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(min=2, help="Runs of each setting. [default: 20]")
    ] = None,
    rounds: Annotated[
        int | None, typer.Option(min=1, max=10_000_000, help="Visits in a run. [default: 5000]")
    ] = None,
    advise: Annotated[
        str, typer.Option(help="exploration: recommend a rate for a horizon of --rounds.")
    ] = "",
    plan_file: Annotated[
        Path | None, typer.Option("--plan", help="A TOML file that says the above.")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, max=256, help="Processes; 0 is one a core.")] = 0,
    cluster: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A Dask scheduler to run on instead.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Folder of the report. [default: comparison-SCENARIO]")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Keep what is finished there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Compare settings on the same users: which to ship, and how sure that is.

    Example: personalizer-lab compare news --vary exploration=0,0.05,0.1,0.2,0.4 --rounds 3000
    """
    if workers != 1 and not cluster:
        processes.warm_up("simulator.worker")
    asked = request.Request(
        scenario=scenario or None,
        vary=request.read_variations(vary or []),
        baseline=request.read_baseline(baseline or []),
        objective=objective,
        seeds=seeds,
        rounds=rounds,
    )
    plan = request.to_plan(
        request.read_request(plan_file).override(asked) if plan_file else asked, advise
    )
    folder = out or Path(f"comparison-{plan.scenario.name}")
    conditions = api.ExecutionOptions(workers or os.cpu_count() or 1, cluster, folder, resume)
    talk = PlainConsole(stderr=True)
    if not quiet:
        _announce(talk, plan, conditions)
    comparison = _run(talk, plan, conditions, advise=bool(advise), quiet=quiet)
    if as_json:
        print_json(comparison.as_dict())
    else:
        comparison_terminal.show_comparison(PlainConsole(), comparison)
    if not quiet:
        print_line(talk, f"Report: {folder / 'report.html'}")


def _announce(talk: Console, plan: "Plan", conditions: "api.ExecutionOptions") -> None:
    """Tell of a large grid what it will take, before it starts."""
    if len(plan.settings) * len(plan.seeds) * plan.rounds < _WORTH_A_PROBE:
        return
    takes = api.estimate(plan, conditions)
    talk.print(
        f"{takes.runs:,} runs of {plan.rounds:,} visits: about {_time(takes.seconds)} and "
        f"{takes.megabytes:,.0f} MB with {conditions.workers} workers here",
        highlight=False,
    )


def _run(
    talk: Console,
    plan: "Plan",
    conditions: "api.ExecutionOptions",
    *,
    advise: bool,
    quiet: bool,
) -> "Comparison":
    runs = len(plan.settings) * len(plan.seeds)
    with progress_bar(talk, hidden=quiet) as progress:
        task = progress.add_task(plan.scenario.name, total=runs)
        audience = api.ProgressCallbacks(
            lambda there: progress.advance(task, there), lambda: progress.advance(task)
        )
        return api.run_comparison(plan, conditions, audience, advise=advise)


def _time(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(1, seconds):.0f} seconds"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} minutes"
    return f"{seconds / _HOUR:.1f} hours"
