"""The table of ``personalizer-lab``'s commands: the service's and the simulator's."""

import typer

from mock_service.cli.commands import SERVICE_COMMANDS, VARIABLES
from mock_service.console import lazy_group, run_commands
from mock_service.errors import MockServiceError
from simulator.errors import SimulatorError

COMMANDS = {
    **SERVICE_COMMANDS,
    "simulate": "simulator.cli.simulate:simulate",
    "compare": "simulator.cli.compare:compare",
    "scenarios": "simulator.cli.scenarios:scenarios",
}
"""The modules of all commands, by the commands' names."""


commands = typer.Typer(
    cls=lazy_group(COMMANDS, VARIABLES),
    help="A local Personalizer, and a simulator of the users it serves.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@commands.callback()
def _lab() -> None:
    """A local Personalizer, and a simulator of the users it serves."""


def main() -> None:
    """Run ``personalizer-lab``."""
    run_commands(commands, "personalizer-lab", (SimulatorError, MockServiceError))
