"""The table of the service's commands."""

import typer

from mock_service.console import lazy_group, run_commands
from mock_service.errors import MockServiceError

SERVICE_COMMANDS = {
    "serve": "mock_service.cli.serve:serve",
    "conformance": "mock_service.cli.conformance:conformance",
    "doctor": "mock_service.cli.doctor:doctor",
    "evaluate": "mock_service.cli.evaluate:evaluate",
    "logs": "mock_service.cli.logs:logs",
    "model": "mock_service.cli.model:commands",
}
"""The modules of the service's commands, by the commands' names."""
VARIABLES = {"serve": "PERSONALIZER_LAB"}
"""How the variables begin that stand for the options of a command: containers are set up so."""


def main() -> None:
    """Run the service's commands alone."""
    commands = typer.Typer(
        cls=lazy_group(SERVICE_COMMANDS, VARIABLES),
        help="A local Personalizer.",
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
    )
    commands.callback()(_service)
    run_commands(commands, "mock_service", (MockServiceError,))


def _service() -> None:
    """A local Personalizer."""
