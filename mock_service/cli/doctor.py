"""``doctor``: say in words why a loop is not learning."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mock_service.cli.progress import progress_bar
from mock_service.console import PlainConsole, print_json, print_line
from mock_service.diagnosis.diagnose import diagnose
from mock_service.diagnosis.endpoint_facts import facts_of_endpoint
from mock_service.diagnosis.facts import LoopEvidence
from mock_service.diagnosis.finding import Finding, Severity
from mock_service.diagnosis.log_facts import facts_of_log, with_lines
from mock_service.dsjson.files import log_lines
from mock_service.dsjson.reader import read_log
from mock_service.errors import LogUnusable, SettingsInvalid
from mock_service.settings import DEFAULT_LOOP, DEVELOPMENT_KEY
from mock_service.storage.event_log import read_stored_log
from mock_service.visible import to_plain, to_visible
from mock_service.vowpal.presets import resolve_policy

_WORDS = {
    Severity.STOPS: ("This stops learning", "bold red"),
    Severity.SLOWS: ("This slows learning", "bold yellow"),
    Severity.NOTE: ("Worth knowing", "bold"),
}


def doctor(
    log: Annotated[
        Path | None, typer.Argument(help="A log of DSJSON lines, may be .gz, or a folder of logs.")
    ] = None,
    *,
    endpoint: Annotated[
        str, typer.Option(envvar="PERSONALIZER_ENDPOINT", help="Ask the loop at this endpoint.")
    ] = "",
    key: Annotated[
        str,
        typer.Option(
            envvar="PERSONALIZER_KEY",
            help="The endpoint's key; the variable hides it from the list of processes.",
        ),
    ] = DEVELOPMENT_KEY,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Read the log in a server's data folder.")
    ] = None,
    loop: Annotated[str, typer.Option(help="Which loop's log, in a data folder.")] = DEFAULT_LOOP,
    policy: Annotated[
        str, typer.Option(help="The policy that made a log: preset or Vowpal Wabbit arguments.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say in words why a loop is not learning, or that nothing keeps it from it.

    Changes nothing. Ends with 1 when something stops learning.

    Example: personalizer-lab doctor --endpoint http://127.0.0.1:5000
    """
    if log is None and data_dir is None:
        facts = _ask(endpoint, key, policy)
    else:
        facts = _read(log, data_dir, loop, resolve_policy(policy) if policy else None)
    findings = diagnose(facts)
    if as_json:
        print_json(_document(facts, findings))
    else:
        _print(facts, findings)
    if any(finding.severity is Severity.STOPS for finding in findings):
        raise typer.Exit(1)


def _ask(endpoint: str, key: str, policy: str) -> LoopEvidence:
    if not endpoint:
        raise SettingsInvalid("expected --endpoint URL, --data-dir DIR or a log: whom to examine?")
    if policy:
        raise SettingsInvalid("--policy is for logs: an endpoint says itself what its policy is")
    return facts_of_endpoint(endpoint, key)


def _read(log: Path | None, data_dir: Path | None, loop: str, policy: str | None) -> LoopEvidence:
    if data_dir is not None:
        if log is not None:
            raise SettingsInvalid("expected a log or --data-dir, not both")
        with _progress() as show:
            stored = read_stored_log(data_dir, loop, show=show)
            return facts_of_log(str(data_dir), stored, policy)
    with _progress() as show:
        reader = read_log(log_lines(Path(str(log)), show))
        facts = with_lines(facts_of_log(str(log), reader, policy), reader)
    feedback = facts.feedback
    if feedback is None or not (feedback.decisions or feedback.rewards):
        raise LogUnusable(f"{log} holds no decision: {reader.describe()}")
    return facts


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Yield who shows how much of how much was read."""
    with progress_bar(PlainConsole(stderr=True), hidden=False) as progress:
        task = progress.add_task("reading", total=None)
        yield lambda read, total: progress.update(task, completed=read, total=total)


def _document(facts: LoopEvidence, findings: list[Finding]) -> dict[str, object]:
    return {
        "place": facts.index,
        "findings": [asdict(finding) for finding in findings],
        "unknown": facts.unknown,
    }


def _print(facts: LoopEvidence, findings: list[Finding]) -> None:
    console = PlainConsole()
    print_line(console, f"{facts.index}: {_extent(facts)}")
    for finding in findings:
        console.print()
        console.print(Text.assemble(_WORDS[finding.severity], ": ", to_visible(finding.seen)))
        console.print(to_plain(finding.means))
        console.print(Text.assemble(("→", "green"), " ", to_visible(finding.advice)))
    if not any(finding.severity is Severity.STOPS for finding in findings):
        console.print("\nNothing that can be seen from here stops this loop from learning.")
    for unknown in facts.unknown:
        console.print()
        console.print(Text(f"Not known from here: {to_visible(unknown)}.", "dim"))


def _extent(facts: LoopEvidence) -> str:
    feedback = facts.feedback
    if feedback is None:
        return "its settings were examined"
    decided = f"{feedback.decisions:,} decisions, {feedback.rewards:,} rewards"
    return f"{decided}, {feedback.trained:,} learned"
