"""An earlier commit, checked out beside with an environment of its own, to be measured in turn."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from serving import ROOT

VARIABLE = "BASE"
_FOLDER = ROOT / ".venv" / "bases"


@dataclass(frozen=True, slots=True)
class Base:
    """A commit, and the interpreter that runs what it was."""

    commit: str
    folder: Path

    @property
    def python(self) -> str:
        """The interpreter of its environment."""
        return str(self.folder / "venv" / "bin" / "python")

    @property
    def source(self) -> Path:
        """Where its files are."""
        return self.folder / "source"


@cache
def find_base() -> Base | None:
    """Return the commit that the environment names, made ready; None where it names none."""
    commit = os.environ.get(VARIABLE, "")
    if not commit:
        return None
    base = Base(commit, _FOLDER / commit)
    if not (base.folder / "ready").exists():
        sys.stderr.write(f"setting up {commit} (once)... ")
        _set_up(base)
        (base.folder / "ready").touch()
    return base


def _set_up(base: Base) -> None:
    git = shutil.which("git") or "git"
    packed = subprocess.run(
        [git, "archive", base.commit], cwd=ROOT, check=True, capture_output=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(base.source, filter="data")
    subprocess.run([sys.executable, "-m", "venv", base.folder / "venv"], check=True)
    pip = [base.python, "-m", "pip", "install", "--quiet", "--constraint", "constraints.txt"]
    subprocess.run([*pip, "--editable", "."], cwd=base.source, check=True)
