"""How a command line ends: a person's mistake is one clear line on stderr and exit code 2."""

import json
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from math import isfinite
from typing import Any

import typer
import typer.core
import typer.main
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from mock_service.visible import to_visible

MISTAKE = 2
EXIT_INTERRUPTED = 130
"""What shells report for an interrupt."""


class PlainConsole(Console):
    """A console for text of others: it obeys neither their markup nor their control characters."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render with every control character but line ends spelled out."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            if control or text.isprintable():
                yield segment
            else:
                yield Segment("\n".join(map(to_visible, text.split("\n"))), style)


def print_json(value: object) -> None:
    """Print a value as JSON, in ASCII; a number that JSON does not know is null."""
    try:
        text = json.dumps(value, indent=2, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), indent=2)
    sys.stdout.write(f"{text}\n")


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def print_line(console: Console, text: str) -> None:
    """Print one line, however long, that may quote others, for a person to read."""
    console.print(to_visible(text), soft_wrap=True)


class WholeHelpGroup(typer.core.TyperGroup):
    """A group of commands whose help cuts no sentence, however narrow the terminal is."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 # typer's own types are private
        """Write every command with the first sentence of its help."""
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, (one.help or "").strip().split("\n\n")[0]) for name, one in named if one]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def lazy_group(
    table: Mapping[str, str], variables: Mapping[str, str] | None = None
) -> type[typer.core.TyperGroup]:
    """Return a group of commands, each imported when it is run or shown in the help.

    `table` holds for every command ``module:attribute``, which is a function or a group. A command
    then starts without waiting for what only others need. Every option of the commands in
    `variables` is a variable of the environment too, of that beginning.
    """
    beginnings = variables or {}

    class LazyGroup(WholeHelpGroup):
        def __init__(self, **settings: Any) -> None:  # noqa: ANN401 # whatever typer passes on
            super().__init__(**settings)
            names: dict[str, Any] = dict.fromkeys(table)
            self.commands.update(names)  # without their commands: for suggestions

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 # typer's own types are private
            if cmd_name not in table:
                return None
            return _load(cmd_name, table[cmd_name], beginnings.get(cmd_name))

    return LazyGroup


def _load(name: str, path: str, variables: str | None) -> object:
    module, attribute = path.split(":")
    found = getattr(import_module(module), attribute)
    parent = typer.Typer(add_completion=False, rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        parent.add_typer(found, name=name)
    else:
        context = {"auto_envvar_prefix": variables} if variables else {}
        parent.command(name, context_settings=context)(found)
    return typer.main.get_group(parent).commands[name]


def run_commands(commands: typer.Typer, name: str, mistakes: tuple[type[Exception], ...]) -> None:
    """Run `commands` for this process's arguments and exit.

    An error of one of the kinds of `mistakes` is the person's, as is an option that is not one, and
    a path of which the system wants to know nothing: too long a name, no right to look inside, no
    space left.
    """
    try:
        code = commands(prog_name=name, standalone_mode=False)
    except typer.TyperException as error:
        if message := " ".join(error.format_message().split()):  # without one, help was shown
            _say(name, f"{message} (see: {name} --help)")
        sys.exit(MISTAKE)
    except mistakes as error:
        for line in str(error).split("\n"):
            _say(name, line)
        sys.exit(MISTAKE)
    except OSError as error:
        path = f"{error.filename}: " if error.filename is not None else ""
        _say(name, f"{path}{error.strerror or error}")
        sys.exit(MISTAKE)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _say(name: str, line: str) -> None:
    typer.echo(f"{name}: {to_visible(line)}", err=True)
