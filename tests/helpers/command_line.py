"""Running ``personalizer-lab`` as a person would."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.servers import ROOT


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def command(
    *arguments: str, environment: dict[str, str] | None = None, folder: Path = ROOT
) -> Ended:
    """Run ``personalizer-lab`` with `arguments` in a process of its own, in `folder`."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PERSONALIZER_")}
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=folder,
        env={**variables, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)
