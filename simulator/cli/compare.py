"""``compare``: parse, make one call, print."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import lazy_loader
import typer
from rich.console import Console

from mock_service.cli.progress import progress_bar
from mock_service.console import EXIT_INTERRUPTED, PlainConsole, print_json, print_line

if TYPE_CHECKING:
    from simulator import comparisons
    from simulator.experiment import processes, request
    from simulator.experiment.plan import Plan
    from simulator.report import comparison_terminal
    from simulator.report.notebook import Comparison
else:  # what compare needs takes a second to import, which no other command should wait for
    _lazily = {"suppress_warning": True}
    comparisons = lazy_loader.load("simulator.comparisons", **_lazily)
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
    until_decided: Annotated[
        bool,
        typer.Option("--until-decided", help="Run as many seeds as it takes, in place of --seeds."),
    ] = False,
    max_seeds: Annotated[
        int | None, typer.Option(min=8, help="With --until-decided, at most. [default: 100]")
    ] = None,
    worth: Annotated[
        float | None,
        typer.Option(help="The smallest difference that matters: is it better, or as good as?"),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="FEATURE", help="Who gains and who loses. [default: profile]"),
    ] = None,
    guard: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC>=BOUND",
            help="What must not get worse than the baseline by more: an outcome, value or reward.",
        ),
    ] = None,
    advise: Annotated[
        str, typer.Option(help="exploration: recommend a rate for a horizon of --rounds.")
    ] = "",
    budget: Annotated[
        float | None,
        typer.Option(help="With --advise: the share of the baseline's value it may cost."),
    ] = None,
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
    asked = request.make_request(
        scenario=scenario or None,
        vary=request.read_variations(vary or []),
        baseline=request.read_baseline(baseline or []),
        objective=objective,
        seeds=seeds,
        rounds=rounds,
        until_decided=until_decided or None,
        max_seeds=max_seeds,
        worth=worth,
        by=by,
        guards=guard,
        budget=budget,
    )
    if plan_file:
        asked = request.read_request(plan_file).override(asked)
    plan = request.to_plan(asked, advise)
    folder = out or Path(f"comparison-{plan.scenario.name}")
    conditions = comparisons.ExecutionOptions(
        workers or os.cpu_count() or 1, cluster, folder, resume
    )
    talk = PlainConsole(stderr=True)
    if not quiet:
        _announce(talk, plan, conditions)
    advising = comparisons.Advising(bool(advise), asked.budget)
    comparison = _run(talk, plan, conditions, advising, quiet=quiet)
    if as_json:
        print_json(comparison.as_dict())
        for warning in comparison.warnings:
            print_line(talk, f"Warning: {warning.message}")
    else:
        comparison_terminal.show_comparison(PlainConsole(), comparison.findings, comparison.verdict)
    if not quiet:
        print_line(talk, f"Report: {folder / 'report.html'}")


def _announce(talk: Console, plan: "Plan", conditions: "comparisons.ExecutionOptions") -> None:
    """Tell of a large grid what it will take, before it starts."""
    if len(plan.settings) * len(plan.seeds) * plan.rounds < _WORTH_A_PROBE:
        return
    takes = comparisons.estimate(plan, conditions)
    talk.print(
        f"{'At most ' if plan.until_decided else ''}{takes.runs:,} runs of {plan.rounds:,} visits: "
        f"about {_time(takes.seconds)} and "
        f"{takes.megabytes:,.0f} MB with {conditions.workers} workers here",
        highlight=False,
    )


def _run(
    talk: Console,
    plan: "Plan",
    conditions: "comparisons.ExecutionOptions",
    advising: "comparisons.Advising",
    *,
    quiet: bool,
) -> "Comparison":
    kept = 0

    def count(runs: int) -> None:
        nonlocal kept
        kept += runs

    with progress_bar(talk, hidden=quiet) as progress:
        task = progress.add_task(plan.scenario.name, total=None)

        def begin(total: int, there: int) -> None:
            count(there)
            progress.reset(task, total=total, completed=there)

        def done() -> None:
            count(1)
            progress.advance(task)

        try:
            return comparisons.run_comparison(
                plan, conditions, comparisons.ProgressCallbacks(begin, done), advising
            )
        except KeyboardInterrupt:
            progress.stop()
            print_line(
                talk,
                f"Interrupted: {kept:,} finished runs are kept in {conditions.folder}. The same "
                "command goes on there with --resume.",
            )
            raise typer.Exit(EXIT_INTERRUPTED) from None


def _time(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(1, seconds):.0f} seconds"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} minutes"
    return f"{seconds / _HOUR:.1f} hours"
