"""Node and the published JavaScript clients, where there is a Node."""

import shutil
import subprocess

from tests.helpers.servers import ROOT

EXAMPLES = ROOT / "examples" / "node"
_NPM = shutil.which("npm")
NODE = shutil.which("node") if _NPM else None
"""Node's path; None where this machine has no Node with npm."""


def install_clients() -> None:
    """Install what the lock file says, unless that has been done."""
    lock = EXAMPLES / "package-lock.json"
    installed = EXAMPLES / "node_modules" / ".package-lock.json"
    if _NPM and (not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime):
        subprocess.run([_NPM, "ci"], cwd=EXAMPLES, check=True, capture_output=True)
