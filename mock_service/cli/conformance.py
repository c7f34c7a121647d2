"""``conformance``: run the contract as checks against any endpoint."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from mock_service.conformance.own_loop import own_loop
from mock_service.conformance.suite import CheckResult, run_checks
from mock_service.console import PlainConsole, print_json
from mock_service.errors import SettingsInvalid
from mock_service.loop.ids import RandomIds, new_uid
from mock_service.visible import to_plain

_ENDPOINT = "PERSONALIZER_ENDPOINT"
_KEY = "PERSONALIZER_KEY"


def conformance(
    *,
    endpoint: Annotated[
        str, typer.Option(envvar=_ENDPOINT, help="Where the Personalizer is.")
    ] = "",
    key: Annotated[
        str,
        typer.Option(
            envvar=_KEY, help="The key it wants; the variable hides it from the list of processes."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Examine any endpoint: does it keep the REST contract?

    Prints what holds, and ends with 1 when something does not. Where there is a control plane, a
    loop is made for the purpose and removed; elsewhere some decisions and rewards are left behind,
    so examine none that real users meet.

    Example: personalizer-lab conformance --endpoint http://127.0.0.1:5000
    """
    if not endpoint or not key:
        raise SettingsInvalid(f"--endpoint and --key are needed, or {_ENDPOINT} and {_KEY}")
    name = f"conformance-{new_uid(RandomIds())[:12]}"
    with own_loop(endpoint, key, name) as loop:
        findings = list(run_checks(loop.endpoint, loop.key))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print(findings)
    if not all(finding.holds for finding in findings):
        raise typer.Exit(1)


def _print(findings: list[CheckResult]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 1))
    section = ""
    for finding in findings:
        if finding.section != section:
            section = finding.section
            table.add_row("", Text(section, "bold"))
        table.add_row(
            "yes" if finding.holds else Text("NO", "red"), to_plain(_format_result(finding))
        )
    console = PlainConsole()
    console.print(table)
    held = sum(finding.holds for finding in findings)
    console.print(f"{held} of {len(findings)} hold")


def _format_result(finding: CheckResult) -> str:
    if finding.holds:
        return finding.sentence
    return f"{finding.sentence} But: {finding.instead}"
