"""The table of ``personalizer-lab``'s commands: the host's and the guest's."""

import typer

from mock_service.cli.commands import add_host_commands
from mock_service.console import run_commands
from mock_service.errors import MockServiceError
from simulator.cli.compare import compare
from simulator.cli.evaluate import evaluate
from simulator.cli.scenarios import scenarios
from simulator.cli.simulate import simulate
from simulator.errors import SimulatorError

commands = typer.Typer(
    help="A local Personalizer, and a simulator of the users it serves.",
    no_args_is_help=True,
    add_completion=False,
)
add_host_commands(commands)
commands.command()(simulate)
commands.command()(compare)
commands.command()(evaluate)
commands.add_typer(scenarios, name="scenarios")


def main() -> None:
    """Run ``personalizer-lab``."""
    run_commands(commands, "personalizer-lab", (SimulatorError, MockServiceError))
