"""A command run in this process, where thousands cost what one process of its own would."""

import contextlib
import io
import json
import re
import sys
from collections.abc import Iterator

from mock_service.console import MISTAKE, run_commands
from mock_service.errors import MockServiceError
from simulator.cli.commands import commands
from simulator.errors import SimulatorError
from tests.fuzzing.findings import Finding

_NAME = "personalizer-lab"
_OURS = re.compile(rf"{_NAME}: |ended early: |[\d,]+ of [\d,]+ replies were unusable: ")
_FOUND_SOMETHING = 1
"""What `doctor` and `conformance` exit with when they have something to say."""


def run(arguments: list[str], given: object) -> str:
    """Run ``personalizer-lab`` with `arguments`, and say how it ended: ``done`` or ``refused``.

    Raises:
        Finding: a traceback, an error that is not made of clear lines, JSON that is none, or
            control characters on the terminal.
    """
    out, err = io.StringIO(), io.StringIO()
    shown = " ".join(arguments[:2])
    code: object = None
    with _called_with(arguments), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run_commands(commands, _NAME, (SimulatorError, MockServiceError))
        except SystemExit as ended:
            code = ended.code
        except Exception as error:  # whatever gets here would have been a traceback
            raise Finding(f"{shown}: {type(error).__name__}: {error}", given) from error
    said = err.getvalue()
    if _has_controls(out.getvalue()) or _has_controls(said):
        raise Finding(f"{shown}: control characters on the terminal", (said, given))
    if code == MISTAKE:
        _check_lines(said, shown, given)
        return "refused"
    if code not in {0, _FOUND_SOMETHING}:
        raise Finding(f"{shown}: exit code {code}", (said, given))
    if "--json" in arguments:
        _check_json(out.getvalue(), shown, given)
    return "done"


@contextlib.contextmanager
def _called_with(arguments: list[str]) -> Iterator[None]:
    """Let the command line of this process be `arguments`, until the block ends."""
    before, sys.argv = sys.argv, [_NAME, *arguments]
    try:
        yield
    finally:
        sys.argv = before


def _check_lines(said: str, shown: str, given: object) -> None:
    """Refuse an error without a line, or with one that does not begin as all of ours do.

    A run that ended early says so, and gives an account of the replies that it could not use.
    """
    lines = said.splitlines()
    if not lines or not all(_OURS.match(line) for line in lines):
        raise Finding(f"{shown}: an error that is not made of clear lines", (said, given))


def _check_json(text: str, shown: str, given: object) -> None:
    def refuse(constant: str) -> None:
        raise Finding(f"{shown}: {constant} in JSON", given)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError as error:
        raise Finding(f"{shown}: no JSON ({error}): {text[:100]!r}", given) from error


def _has_controls(text: str) -> bool:
    return any((ord(one) < _SPACE and one not in "\n\t\r") or one in _UNSEEN for one in text)


_SPACE = 32
_UNSEEN = "\x7f\u202e"
