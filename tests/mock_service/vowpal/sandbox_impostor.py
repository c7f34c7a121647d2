"""A trial process that is none: what it does instead is its third argument."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mock_service.vowpal.sandbox_limits import limit_process, without_files


def main(token: str, seconds: str, behaviour: str) -> None:
    """Behave."""
    if behaviour == "claims without the token":
        sys.stdout.write('{"token": "", "complaint": ""}')
    elif behaviour == "hangs with a child":
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
            Path("child").write_text(str(child.pid), encoding="ascii")
            time.sleep(60)
    elif behaviour == "shows its surroundings":
        files = ",".join(sorted(str(one) for one in Path().iterdir()))
        sys.stdout.write(_word(token, f"{files}|{sys.stdin.read()}|{sorted(os.environ)}"))
    elif behaviour == "touches files":
        sys.stdout.write(_word(token, _touch_files(float(seconds))))


def _touch_files(seconds: float) -> str:
    """Return what became of writing to an open file, and of opening another."""
    limit_process(seconds)
    with Path("mine").open("wb", buffering=0) as mine:
        with without_files(spare=0):
            outcomes = [_outcome(lambda: mine.write(b"x")), _outcome(Path("other").touch)]
        outcomes.append(_outcome(lambda: mine.write(b"x")))
    return " ".join(outcomes)


def _outcome(action: Callable[[], object]) -> str:
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"


def _word(token: str, complaint: str) -> str:
    return f'{{"token": "{token}", "complaint": "{complaint}"}}'


if __name__ == "__main__":
    main(*sys.argv[1:])
