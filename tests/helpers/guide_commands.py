"""A guide's commands, run in their order as a reader would type them."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.helpers.servers import ROOT, served_by_command

_BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)
_FILE_NAME = re.compile(r"^# ([\w.]+\.py)\n")
_SERVE = "personalizer-lab serve"


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of `text` in one language."""
    return [block for found, block in _BLOCK.findall(text) if found == language]


def lines(block: str) -> list[str]:
    """Return a block's commands: continued lines joined, comments left out."""
    joined = block.replace("\\\n", " ").splitlines()
    return [line.strip() for line in joined if line.strip() and not line.startswith("#")]


class Session:
    """A reader's folder and shell: what a server exports is there for the commands after it."""

    def __init__(self, folder: Path, text: str) -> None:
        self._folder = folder
        self._servers = ExitStack()
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PERSONALIZER_")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTEST_ADDOPTS": "-p no:cacheprovider",
        }
        for name in ("examples", "scenarios"):
            (folder / name).symlink_to(ROOT / name)
        for block in blocks(text, "python"):
            if named := _FILE_NAME.match(block):
                (folder / named[1]).write_text(block)
        for block in blocks(text, "csv"):
            (folder / "clicks.csv").write_text(block)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._servers.close()

    def run(self, line: str) -> str:
        """Run a command and return what it printed; a server goes on in the background."""
        if line.startswith(_SERVE):
            self._serve(line.removeprefix(_SERVE).split())
            return ""
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _serve(self, options: list[str]) -> None:
        """Serve on a free port, the guide's own may be taken here, from the reader's folder."""
        self._servers.close()
        if "--port" in options:
            index = options.index("--port")
            del options[index : index + 2]
        endpoint = self._servers.enter_context(served_by_command(*options, folder=self._folder))
        self._environment |= {
            "PERSONALIZER_ENDPOINT": endpoint.url,
            "PERSONALIZER_KEY": endpoint.key,
        }
