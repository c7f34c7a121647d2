"""The table of the host's commands."""

import typer

from mock_service.cli import model
from mock_service.cli.conformance import conformance
from mock_service.cli.doctor import doctor
from mock_service.cli.logs import logs
from mock_service.cli.serve import serve
from mock_service.console import run_commands
from mock_service.errors import MockServiceError


def add_host_commands(commands: typer.Typer) -> None:
    """Give `commands` all that the host can do."""
    commands.command()(serve)
    commands.command()(conformance)
    commands.command()(doctor)
    commands.add_typer(logs, name="logs")
    commands.add_typer(model.commands, name="model")


def main() -> None:
    """Run the host alone."""
    commands = typer.Typer(help="A local Personalizer.", no_args_is_help=True, add_completion=False)
    commands.callback()(_host)
    add_host_commands(commands)
    run_commands(commands, "mock_service", (MockServiceError,))


def _host() -> None:
    """A local Personalizer."""
