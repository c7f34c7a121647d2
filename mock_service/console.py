"""How a command line ends: a person's mistake is one clear line on stderr and exit code 2."""

import sys

import typer

MISTAKE = 2


def run_commands(commands: typer.Typer, name: str, mistakes: tuple[type[Exception], ...]) -> None:
    """Run `commands` for this process's arguments and exit.

    An error of one of the kinds of `mistakes` is the person's, as is an option that is not one.
    """
    try:
        code = commands(prog_name=name, standalone_mode=False)
    except typer.TyperException as error:
        if message := " ".join(error.format_message().split()):  # without one, help was shown
            _say(name, f"{message} (see: {name} --help)")
        sys.exit(MISTAKE)
    except mistakes as error:
        for line in str(error).splitlines():
            _say(name, line)
        sys.exit(MISTAKE)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)  # what shells report for an interrupt
    sys.exit(code if isinstance(code, int) else 0)


def _say(name: str, line: str) -> None:
    typer.echo(f"{name}: {line}", err=True)
