"""``evaluate``: parse, make one call, print."""

import sys
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import lazy_loader
import typer

from mock_service.cli.progress import progress_bar
from mock_service.console import PlainConsole, print_json, print_line
from mock_service.errors import EvaluationOptionsInvalid

if TYPE_CHECKING:
    from mock_service.evaluation import evaluator, gates, log_report
    from mock_service.reports import evaluation_page, evaluation_terminal
else:  # what evaluating needs takes a while to import, which no other command should wait for
    _lazily = {"suppress_warning": True}
    evaluator = lazy_loader.load("mock_service.evaluation.evaluator", **_lazily)
    gates = lazy_loader.load("mock_service.evaluation.gates", **_lazily)
    log_report = lazy_loader.load("mock_service.evaluation.log_report", **_lazily)
    evaluation_page = lazy_loader.load("mock_service.reports.evaluation_page", **_lazily)
    evaluation_terminal = lazy_loader.load("mock_service.reports.evaluation_terminal", **_lazily)


_NOT_SHOWN = 1


def evaluate(
    log: Annotated[
        Path,
        typer.Argument(
            help="A log of DSJSON lines, may be .gz, a folder of logs, or a server's data folder."
        ),
    ],
    *,
    loop: Annotated[str, typer.Option(help="Which loop of a data folder. [default: default]")] = "",
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]POLICY",
            help="Preset, Vowpal Wabbit arguments or python:FILE:NAME to judge; repeatable.",
        ),
    ] = None,
    model: Annotated[
        list[Path] | None, typer.Option(help="An exported model to judge; repeatable.")
    ] = None,
    search: Annotated[
        bool, typer.Option("--search", help="Look for better learning policies, on all cores.")
    ] = False,
    trials: Annotated[int, typer.Option(min=1, max=10_000, help="Policies to try.")] = 64,
    exploration: Annotated[
        float, typer.Option(min=0, max=1, help="Epsilon of the policies searched for.")
    ] = 0.2,
    clip: Annotated[
        float, typer.Option(min=1, help="Cut importance weights here. [default: nowhere]")
    ] = inf,
    reward_range: Annotated[
        tuple[float, float] | None,
        typer.Option(metavar="LOW HIGH", help="Bounds of rewards. [default: 0 1, or wider]"),
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Inverse propensities only: no model of the rewards.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same figures.")] = 1,
    workers: Annotated[
        int, typer.Option(min=0, max=256, help="Processes to search with; 0 is one a core.")
    ] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write a report with pictures to.")
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help="End with 1 unless NAME>online, NAME>=-0.01 or online>=0.2 is shown; repeatable.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Say what other policies would have earned on the decisions of a log.

    Judges the policy that made the log, the first action, blind choice, and what you name.

    Example: personalizer-lab evaluate decisions.dsjson --policy quick --search

    In a pipeline: evaluate decisions.dsjson --policy quick --gate 'quick>online'
    """
    _check_range(reward_range)
    conditions = [gates.parse_gate(text) for text in gate or ()]
    options = log_report.EvaluateOptions(
        log=log,
        policies=tuple(policy or ()),
        models=tuple(model or ()),
        judging=evaluator.Options(clip, reward_range, with_model=not fast, seed=seed),
        trials=trials if search else 0,
        exploration=exploration,
        workers=workers,
        loop=loop,
    )
    talk = PlainConsole(stderr=True)
    with progress_bar(talk, hidden=quiet) as progress:
        report = log_report.evaluate_file(options, progress)
    if out is not None:
        evaluation_page.write_report(report, out, sys.argv[1:])
        print_line(talk, f"report: {out / 'report.html'}")
    if as_json:
        print_json(report.as_dict())
    else:
        evaluation_terminal.show(PlainConsole(), report)
    for condition in conditions:
        print_line(talk, condition.describe(report.verdicts))
    if not all(condition.is_shown(report.verdicts) for condition in conditions):
        raise typer.Exit(_NOT_SHOWN)


def _check_range(reward_range: tuple[float, float] | None) -> None:
    if reward_range is not None and not -inf < reward_range[0] < reward_range[1] < inf:
        low, high = reward_range
        raise EvaluationOptionsInvalid(
            f"--reward-range: expected a low and a higher number, got {low} {high}"
        )
